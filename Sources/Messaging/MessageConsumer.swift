public import Logging
import Metrics
public import ServiceLifecycle

/// Consumes one queue: acknowledges what was handled, rejects what failed into the retry queue, and after the maximum
/// number of attempts moves it to the dead exchange. Reconnects with jittered backoff for as long as it runs.
///
/// Messages with the same `subject` header are handled one after the other, others side by side.
public struct MessageConsumer: Service {
    private let configuration: RabbitMQConfiguration
    private let queue: String
    private let prefetch: Int
    private let maximumAttempts: Int
    private let deadExchange: String
    private let logger: Logger
    private let handler: @Sendable (Delivery) async throws -> Void
    private let dead: MessagePublisher
    private let consuming = Flag()

    private static let lanes = 8

    public init(
        _ configuration: RabbitMQConfiguration, queue: String, prefetch: Int = 16, maximumAttempts: Int = 8,
        deadExchange: String = "storefront.dead", logger: Logger = Logger(label: "rabbitmq"),
        handler: @escaping @Sendable (Delivery) async throws -> Void
    ) {
        self.configuration = configuration
        self.queue = queue
        self.prefetch = prefetch
        self.maximumAttempts = maximumAttempts
        self.deadExchange = deadExchange
        self.logger = logger
        self.handler = handler
        self.dead = MessagePublisher(configuration, logger: logger)
    }

    /// Whether it is subscribed now.
    public var isConsuming: Bool { consuming.isSet }

    /// Runs until cancelled or shut down gracefully; then finishes the deliveries in hand and gives back the rest.
    public func run() async throws {
        let stopping = StopSwitch()
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                await consume(stopping)
            } onGracefulShutdown: {
                stopping.stop()
            }
        } onCancel: {
            stopping.stop()
        }
        await dead.close()
    }

    private func consume(_ stopping: StopSwitch) async {
        var failures = 0
        while !stopping.isStopped {
            let session = ConsumerSession(configuration, queue: queue, prefetch: prefetch)
            stopping.use(session)
            let (error, subscribed) = await serve(session)
            consuming.set(false)
            if stopping.isStopped { return }
            failures = subscribed ? 1 : failures + 1
            logger.warning(
                "consumer disconnected",
                metadata: ["queue": "\(queue)", "error": "\(error?.description ?? "ended")"])
            let ceiling = min(5000, 100 << min(failures, 6))
            await stopping.sleep(.milliseconds(Int.random(in: ceiling / 2...ceiling)))
        }
    }

    /// Handles the session's deliveries until it ends. Returns its error and whether it had been consuming.
    private func serve(_ session: ConsumerSession) async -> (MessagingError?, Bool) {
        let lanes = (0..<Self.lanes).map { _ in AsyncStream.makeStream(of: Delivery.self) }
        let (ends, end) = AsyncStream.makeStream(of: MessagingError?.self)
        let consuming = consuming
        let subscribed = Flag()
        session.run {
            consuming.set(true)
            subscribed.set(true)
        } deliver: { delivery in
            let key = delivery.headers["subject"] ?? delivery.messageID ?? ""
            lanes[key.utf8.reduce(0) { ($0 &* 31 &+ Int($1)) & 0xFFFF } % Self.lanes].continuation.yield(delivery)
        } finished: { error in
            for lane in lanes { lane.continuation.finish() }
            end.yield(error)
            end.finish()
        }
        session.whenStopped { for lane in lanes { lane.continuation.finish() } }
        // The lanes end when the session does, or when it is stopped: then what is not yet in hand goes back.
        await withTaskGroup(of: Void.self) { group in
            for lane in lanes {
                group.addTask {
                    for await delivery in lane.stream where !session.isStopping { await handle(delivery, session) }
                }
            }
            await group.waitForAll()
        }
        session.close()
        for await error in ends { return (error, subscribed.isSet) }
        return (nil, subscribed.isSet)
    }

    private func handle(_ delivery: Delivery, _ session: ConsumerSession) async {
        await Correlation.$id.withValue(delivery.correlationID) {
            do {
                try await handler(delivery)
                session.acknowledge(delivery)
                count("handled")
            } catch let error as UnprocessableDelivery {
                logger.error(
                    "message is unprocessable",
                    metadata: [
                        "queue": "\(queue)", "message_id": "\(delivery.messageID ?? "")", "reason": "\(error.reason)",
                    ])
                await bury(delivery, session)
            } catch is CancellationError {
                session.reject(delivery, requeue: true)
            } catch {
                let attempts = delivery.failures + 1
                logger.warning(
                    "message failed",
                    metadata: [
                        "queue": "\(queue)", "message_id": "\(delivery.messageID ?? "")", "attempt": "\(attempts)",
                        "error": "\(error)",
                    ])
                if attempts >= maximumAttempts {
                    await bury(delivery, session)
                } else {
                    session.reject(delivery, requeue: false)
                    count("retried")
                }
            }
        }
    }

    /// Publishes to the dead exchange and acknowledges only then; if that fails, the message is tried again.
    private func bury(_ delivery: Delivery, _ session: ConsumerSession) async {
        let message = OutgoingMessage(
            exchange: deadExchange, routingKey: queue, body: delivery.body,
            contentType: delivery.contentType ?? "application/octet-stream", messageID: delivery.messageID,
            correlationID: delivery.correlationID, headers: delivery.headers, mandatory: true)
        do {
            try await dead.publish([message])
            session.acknowledge(delivery)
            count("dead")
        } catch {
            logger.error("cannot move a message to the dead queue", metadata: ["error": "\(error)"])
            session.reject(delivery, requeue: false)
        }
    }

    private func count(_ outcome: String) {
        Counter(
            label: "amqp_messages_consumed_total", dimensions: [("queue", queue), ("outcome", outcome)]
        ).increment()
    }
}
