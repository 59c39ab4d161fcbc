import Contracts
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// SQL of the sagas: their steps, and the leases by which one runner at a time works on each.
struct SagaStore: Sendable {
    /// How long a lease lasts without being renewed; calls time out well before.
    static let leaseSeconds = 10

    private static let lease: SQL = "leased_until = now() + \(SagaStore.leaseSeconds) * interval '1 second'"
    private static let isFree: SQL = """
        s.step <> 'done' AND s.due_at <= now() AND (s.leased_until IS NULL OR s.leased_until < now())
        """

    /// A new saga, leased to the runner of this process.
    func insertion(of record: OrderRecord, leasedTo holder: String) throws -> SQL {
        let saga = record.order.process.saga
        return """
            INSERT INTO sagas (order_id, step, due_at, give_up_at, leased_by, leased_until, correlation_id,
                payment_token, lines)
            VALUES (\(record.order.id), \(saga.step), \(saga.due), \(saga.giveUpAt), \(holder),
                now() + \(Self.leaseSeconds) * interval '1 second', \(record.correlationID), \(record.paymentToken),
                \(try JSONText(encoding: record.lines)))
            """
    }

    /// Leases one saga unless somebody works on it; waits for a transition under way, and sees what came of it in the
    /// saga's own columns.
    func claim(_ order: UUID, for holder: String, in executor: some PostgresExecutor) async throws -> OrderRecord? {
        try await executor.queryFirst(
            """
            UPDATE sagas s SET leased_by = \(holder), \(Self.lease)
            FROM orders o
            WHERE o.id = s.order_id AND s.order_id = \(order)
                AND (s.leased_until IS NULL OR s.leased_until < now())
            RETURNING \(OrderRecord.columns)
            """
        ).map(OrderRecord.init(row:))
    }

    /// Leases sagas that are due, the longest overdue first.
    func claimDue(for holder: String, limit: Int, in executor: some PostgresExecutor) async throws -> [OrderRecord] {
        try await executor.query(
            """
            UPDATE sagas s SET leased_by = \(holder), \(Self.lease)
            FROM orders o
            WHERE o.id = s.order_id AND s.order_id = ANY (ARRAY(
                SELECT s.order_id FROM sagas s WHERE \(Self.isFree)
                ORDER BY s.due_at LIMIT \(limit) FOR UPDATE SKIP LOCKED))
            RETURNING \(OrderRecord.columns)
            """
        ).map(OrderRecord.init(row:))
    }

    /// Gives up the lease of a saga that has nothing to do now.
    func release(_ order: UUID, of holder: String) -> SQL {
        "UPDATE sagas SET leased_until = NULL WHERE order_id = \(order) AND leased_by = \(holder)"
    }

    /// Gives up all leases of a holder, when it starts anew or ends.
    func releaseAll(of holder: String, in executor: some PostgresExecutor) async throws {
        try await executor.execute(
            "UPDATE sagas SET leased_until = NULL WHERE leased_by = \(holder) AND leased_until IS NOT NULL")
    }

    /// Writes the saga after a transition. A holder renews its lease while there is more to do and gives it up
    /// otherwise; transitions of others leave leases alone.
    func update(_ record: OrderRecord, holder: String?, keepingLease: Bool) -> SQL {
        let saga = record.order.process.saga
        let lease: SQL
        if holder == nil {
            lease = "leased_until"
        } else if keepingLease {
            lease = "now() + \(Self.leaseSeconds) * interval '1 second'"
        } else {
            lease = "NULL"
        }
        return """
            UPDATE sagas SET step = \(saga.step), attempts = \(saga.attempts), due_at = \(saga.due),
                stock_committed = \(saga.stockCommitted), payment_token = \(record.paymentToken),
                leased_until = \(lease)
            WHERE order_id = \(record.order.id)
            """
    }
}
