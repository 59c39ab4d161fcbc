public import Logging
public import PostgreSQL
public import ServiceLifecycle

/// Publishes what the outbox holds, in order, with confirms. Of all replicas of a service one is active at a time.
public struct OutboxRelay: Service {
    public init(_ pool: PostgresPool, publisher: MessagePublisher, logger: Logger = Logger(label: "outbox")) {}

    public func run() async throws { fatalError("soon") }
}
