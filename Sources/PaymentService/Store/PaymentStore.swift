import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The table `payments`.
struct PaymentStore: Sendable {
    private static let columns: SQL = """
        id, order_id, user_id, amount_cents, currency, method, status, goal, authorized_cents, captured_cents,
        refunded_cents, is_voided, operation, failure_code, gateway_transaction_id, created_at, authorized_at, captured_at
        """

    /// Whether the order had no payment yet.
    func insert(_ payment: Payment, token: String?, in transaction: PostgresTransaction) async throws -> Bool {
        try await transaction.execute(
            """
            INSERT INTO payments (id, order_id, user_id, amount_cents, currency, method, token, status, goal, operation)
            VALUES (\(payment.id), \(payment.orderID), \(payment.userID), \(payment.amountCents),
                \(payment.currency.rawValue), \(payment.method), \(token), \(payment.status), \(payment.goal),
                \(payment.operation))
            ON CONFLICT (order_id) DO NOTHING
            """) == 1
    }

    func payment(_ id: UUID, in database: some PostgresExecutor) async throws -> Payment? {
        try await database.queryFirst("SELECT \(Self.columns) FROM payments WHERE id = \(id)").map(Self.payment)
    }

    func payment(order: UUID, in database: some PostgresExecutor) async throws -> Payment? {
        try await database.queryFirst("SELECT \(Self.columns) FROM payments WHERE order_id = \(order)")
            .map(Self.payment)
    }

    /// The payment, locked until the transaction ends.
    func lock(_ id: UUID, in transaction: PostgresTransaction) async throws -> Payment? {
        try await transaction.queryFirst("SELECT \(Self.columns) FROM payments WHERE id = \(id) FOR UPDATE")
            .map(Self.payment)
    }

    /// The order's payment, locked until the transaction ends.
    func lock(order: UUID, in transaction: PostgresTransaction) async throws -> Payment? {
        try await transaction.queryFirst("SELECT \(Self.columns) FROM payments WHERE order_id = \(order) FOR UPDATE")
            .map(Self.payment)
    }

    /// Payments of a person, newest first, after a position.
    func payments(
        of user: UUID, after: UUID?, limit: Int, in database: some PostgresExecutor
    ) async throws -> [Payment] {
        let rest: SQL = after.map { "AND id < \($0)" } ?? ""
        return try await database.query(
            """
            SELECT \(Self.columns) FROM payments WHERE user_id = \(user) \(rest) ORDER BY id DESC LIMIT \(limit)
            """
        ).map(Self.payment)
    }

    /// Writes what commands and operations change.
    func update(_ payment: Payment) -> SQL {
        """
        UPDATE payments SET status = \(payment.status), goal = \(payment.goal),
            authorized_cents = \(payment.authorizedCents), captured_cents = \(payment.capturedCents),
            refunded_cents = \(payment.refundedCents), is_voided = \(payment.isVoided),
            operation = \(payment.operation), failure_code = \(payment.failureCode),
            gateway_transaction_id = \(payment.gatewayTransactionID), updated_at = now(),
            authorized_at = CASE WHEN \(payment.authorizedCents)::bigint > 0 THEN COALESCE(authorized_at, now()) END,
            captured_at = CASE WHEN \(payment.capturedCents)::bigint > 0 THEN COALESCE(captured_at, now()) END
        WHERE id = \(payment.id)
        """
    }

    private static func payment(_ row: Row) throws -> Payment {
        let code: String = try row["currency"]
        guard let currency = Currency(rawValue: code) else { throw PostgresError(.decoding, "column currency") }
        return Payment(
            id: try row["id"], orderID: try row["order_id"], userID: try row["user_id"],
            amountCents: try row["amount_cents"], currency: currency, method: try row["method"],
            status: try row["status"], goal: try row["goal"], authorizedCents: try row["authorized_cents"],
            capturedCents: try row["captured_cents"], refundedCents: try row["refunded_cents"],
            isVoided: try row["is_voided"], failureCode: try row["failure_code"],
            gatewayTransactionID: try row["gateway_transaction_id"], operation: try row["operation"],
            createdAt: try row["created_at"], authorizedAt: try row["authorized_at"],
            capturedAt: try row["captured_at"])
    }
}
