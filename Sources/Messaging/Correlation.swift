/// The id that follows one request through HTTP, AMQP and logs. Bound for the duration of a request by the HTTP server
/// and of a delivery by the consumer; read by the log handler, the outbox and the internal client.
public enum Correlation {
    @TaskLocal public static var id: String?
}
