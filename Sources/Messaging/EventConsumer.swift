public import Contracts
public import Logging
public import PostgreSQL
public import ServiceLifecycle

/// Consumes a service's events: each is claimed in the inbox and handled in one transaction.
public struct EventConsumer: Service {
    private let consumer: MessageConsumer

    public init(
        _ configuration: RabbitMQConfiguration, service: ServiceName, pool: PostgresPool,
        maximumAttempts: Int = Topology.maximumAttempts, logger: Logger = Logger(label: "events"),
        handler: @escaping EventHandler
    ) {
        consumer = MessageConsumer(
            configuration, queue: Topology.queue(of: service), maximumAttempts: maximumAttempts,
            deadExchange: Topology.deadExchange, logger: logger
        ) { delivery in
            let event: ReceivedEvent
            do {
                event = try ReceivedEvent(body: delivery.body)
            } catch {
                throw UnprocessableDelivery("not a CloudEvent of a known type")
            }
            try await Self.handle(event, pool, logger, handler)
        }
    }

    public func run() async throws { try await consumer.run() }

    /// Whether it is subscribed now.
    public var isConsuming: Bool { consumer.isConsuming }

    /// While the database is away the event is kept in hand: that is no failure of the event's.
    private static func handle(
        _ event: ReceivedEvent, _ pool: PostgresPool, _ logger: Logger, _ handler: @escaping EventHandler
    ) async throws {
        var failures = 0
        while true {
            do {
                return try await Correlation.$id.withValue(event.envelope.correlationid ?? Correlation.id) {
                    try await pool.transaction { tx in
                        guard try await Inbox().claim(event.envelope.id, in: tx) else { return }
                        try await handler(event, tx)
                    }
                }
            } catch let error as PostgresError where error.isUnavailable && error.code != .poolClosed {
                failures += 1
                logger.warning("event waits for the database", metadata: ["error": "\(error)"])
                try await Task.sleep(for: .milliseconds(Int.random(in: 50...min(5000, 100 << min(failures, 6)))))
            }
        }
    }
}
