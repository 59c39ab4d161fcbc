public import Logging
import Metrics
import PostgreSQL
import Synchronization

/// Publishes with confirms on one connection and its own thread; connects when first used and again when broken.
public final class MessagePublisher: Sendable {
    private let configuration: RabbitMQConfiguration
    private let logger: Logger
    private let thread = WorkerThread()
    private let channel: ThreadConfined<PublisherChannel?>
    private let connected = Atomic(false)
    private let everConnected = Atomic(false)

    public init(_ configuration: RabbitMQConfiguration, logger: Logger = Logger(label: "rabbitmq")) {
        self.configuration = configuration
        self.logger = logger
        self.channel = ThreadConfined(nil)
    }

    deinit {
        let channel = channel
        thread.enqueue { channel.value?.close() }
        thread.stop()
    }

    /// Sends all messages and waits until the broker has taken responsibility for every one. Throws `MessagingError`
    /// when one was refused, returned, or the connection broke: then any of them may or may not have arrived.
    public func publish(_ messages: [OutgoingMessage]) async throws {
        if messages.isEmpty { return }
        try await onThread { channel throws(MessagingError) in try channel.publish(messages) }
        Counter(label: "amqp_messages_published_total").increment(by: messages.count)
    }

    /// Connects if necessary and keeps the heartbeat going; to be called every few seconds.
    public func maintain() async throws {
        try await onThread { channel throws(MessagingError) in try channel.maintain() }
    }

    /// Whether the connection was up when last used.
    public var isConnected: Bool { connected.load(ordering: .relaxed) }

    /// Whether the broker has been reached since the start.
    public var hasBeenConnected: Bool { everConnected.load(ordering: .relaxed) }

    public func close() async {
        _ = await thread.run { [channel] in
            channel.value?.close()
            channel.value = nil
        }
        connected.store(false, ordering: .relaxed)
        thread.stop()
    }

    /// Runs work on the connection. One that turns out to have died meanwhile is replaced once.
    private func onThread(
        _ work: @escaping @Sendable (PublisherChannel) throws(MessagingError) -> Void
    ) async throws(MessagingError) {
        let result = await thread.run { [self] () -> Result<Void, MessagingError> in
            let wasOpen = channel.value != nil
            let first = attempt(work)
            if case .failure(let error) = first, wasOpen, error.code == .connection { return attempt(work) }
            return first
        }
        guard let result else { throw MessagingError(.closed, "the publisher is closed") }
        try result.get()
    }

    private func attempt(
        _ work: (PublisherChannel) throws(MessagingError) -> Void
    ) -> Result<Void, MessagingError> {
        do throws(MessagingError) {
            let open: PublisherChannel
            if let known = channel.value {
                open = known
            } else {
                open = try PublisherChannel(configuration)
                channel.value = open
                connected.store(true, ordering: .relaxed)
                everConnected.store(true, ordering: .relaxed)
            }
            try work(open)
            return .success(())
        } catch {
            // After a returned or refused message the channel is as good as before.
            if error.code != .unroutable, error.code != .notConfirmed {
                channel.value?.close()
                channel.value = nil
                connected.store(false, ordering: .relaxed)
            }
            return .failure(error)
        }
    }
}
