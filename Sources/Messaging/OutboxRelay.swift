import Contracts
public import Logging
import Metrics
public import PostgreSQL
public import ServiceLifecycle

/// Publishes what the outbox holds, in order, with confirms, and removes what the broker has confirmed.
///
/// Of all replicas of a service one publishes at a time: whoever holds the advisory lock for the batch. It is woken by
/// commits of its own process and looks for those of others every quarter of a second. A crash between confirm and
/// removal publishes a batch again, which inboxes recognise.
public struct OutboxRelay: Service {
    private let pool: PostgresPool
    private let publisher: MessagePublisher
    private let logger: Logger
    private let batchSize: Int

    public init(
        _ pool: PostgresPool, publisher: MessagePublisher, batchSize: Int = 200,
        logger: Logger = Logger(label: "outbox")
    ) {
        self.pool = pool
        self.publisher = publisher
        self.batchSize = batchSize
        self.logger = logger
    }

    public func run() async throws {
        let woken = pool.signals.stream(of: Outbox.signal)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                let (ticks, tick) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
                tick.yield()
                group.addTask { for await _ in woken { tick.yield() } }
                group.addTask {
                    while !Task.isCancelled {
                        try? await Task.sleep(for: .milliseconds(250))
                        tick.yield()
                    }
                }
                await relay(ticks)
                group.cancelAll()
            }
        }
    }

    private func relay(_ ticks: AsyncStream<Void>) async {
        var failures = 0
        for await _ in ticks {
            do {
                while try await relayBatch() == batchSize {}
                failures = 0
            } catch is CancellationError {
                return
            } catch {
                failures += 1
                logger.warning("cannot publish events", metadata: ["error": "\(error)"])
                let ceiling = min(5000, 100 << min(failures, 6))
                try? await Task.sleep(for: .milliseconds(Int.random(in: ceiling / 2...ceiling)))
            }
        }
    }

    /// "outbox" in ASCII.
    private static let lock: Int64 = 0x6F_7574_626F_78

    /// Publishes the oldest events; returns how many.
    func relayBatch() async throws -> Int {
        try await pool.transaction { tx in
            let results = try await tx.batch([
                "SELECT pg_try_advisory_xact_lock(\(Self.lock)) AS locked",
                "SELECT id, event_id, type, subject, correlation_id, body FROM outbox ORDER BY id LIMIT \(batchSize)",
            ])
            let rows = results[1].rows
            guard let locked: Bool = try results[0].first?["locked"], locked, !rows.isEmpty else { return 0 }
            let messages = try rows.map(Self.message)
            try await publisher.publish(messages)
            let ids: [Int64] = try rows.map { try $0["id"] }
            try await tx.execute("DELETE FROM outbox WHERE id = ANY(\(ids))")
            Counter(label: "outbox_events_relayed_total").increment(by: rows.count)
            return rows.count
        }
    }

    private static func message(_ row: Row) throws -> OutgoingMessage {
        let type: String = try row["type"]
        let body: String = try row["body"]
        let event: String = try row["event_id"]
        return OutgoingMessage(
            exchange: Topology.eventsExchange, routingKey: type, body: Array(body.utf8), messageID: event,
            correlationID: try row["correlation_id"], headers: ["subject": try row["subject"]],
            mandatory: hasSubscribers(type))
    }

    /// An event that some service consumes must find its queue; one that none does may go nowhere.
    private static func hasSubscribers(_ type: String) -> Bool {
        Topology.subscriptions.values.contains { $0.contains { $0.rawValue == type } }
    }
}
