public import Logging

/// Publishes with confirms on one connection and its own thread; connects when first used and again when broken.
public final class MessagePublisher: Sendable {
    public init(_ configuration: RabbitMQConfiguration, logger: Logger = Logger(label: "rabbitmq")) {}

    /// Sends all messages and waits until the broker has taken responsibility for every one. Throws `MessagingError`
    /// when one was refused, returned, or the connection broke: then any of them may or may not have arrived.
    public func publish(_ messages: [OutgoingMessage]) async throws { fatalError("soon") }

    /// Whether the connection is up now.
    public var isConnected: Bool { false }

    public func close() async { fatalError("soon") }
}
