public import Logging
public import ServiceLifecycle

/// Consumes one queue: acknowledges what was handled, rejects what failed into the retry queue, and after the maximum
/// number of attempts moves it to the dead exchange. Reconnects with jittered backoff for as long as it runs.
public struct MessageConsumer: Service {
    public init(
        _ configuration: RabbitMQConfiguration, queue: String, prefetch: Int = 16, maximumAttempts: Int = 8,
        deadExchange: String = "storefront.dead", logger: Logger = Logger(label: "rabbitmq"),
        handler: @escaping @Sendable (Delivery) async throws -> Void
    ) {}

    /// Runs until cancelled or shut down gracefully; then finishes the deliveries in hand and gives back the rest.
    public func run() async throws { fatalError("soon") }

    /// Whether it is subscribed now.
    public var isConsuming: Bool { false }
}
