import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The table `payment_transactions`: intents and results of gateway calls.
struct LedgerStore: Sendable {
    /// Seconds that whoever writes an intent and does it at once has for it.
    static let ownLead = 10

    /// Wakes the worker at commit.
    static let channel = "storefront_payments"
    static let notification: SQL = "SELECT pg_notify('storefront_payments', '')"

    private static let columns: SQL = """
        id, payment_id, kind, amount_cents, status, gateway_reference, failure_code, reason, created_at, completed_at
        """

    /// An operation that is to be done, with what the gateway needs for it.
    struct Intent: Sendable {
        let id: UUID
        let paymentID: UUID
        let request: GatewayRequest

        init(id: UUID, paymentID: UUID, request: GatewayRequest) {
            self.id = id
            self.paymentID = paymentID
            self.request = request
        }

        /// The first operation of a new payment.
        init(authorizing payment: Payment, token: String) {
            let id = UUID.v7()
            self.init(
                id: id, paymentID: payment.id,
                request: GatewayRequest(
                    key: id.text, kind: .authorize,
                    amount: Money(cents: payment.amountCents, currency: payment.currency), token: token, charge: nil))
        }
    }

    /// Writes an intent. `wait`: seconds before it may be done at all; `lead`: seconds in which whoever wrote it does it
    /// themself, before the worker does.
    func insert(
        _ id: UUID, payment: UUID, kind: OperationKind, cents: Int64, reason: String?, wait: Int, lead: Int
    ) -> SQL {
        """
        INSERT INTO payment_transactions (id, payment_id, kind, amount_cents, reason, not_before, next_attempt_at)
        VALUES (\(id), \(payment), \(kind), \(cents), \(reason), now() + make_interval(secs => \(wait)),
            now() + make_interval(secs => \(wait + lead)))
        """
    }

    /// The payment's operation that is under way and may be done now.
    func intent(of payment: UUID, in database: some PostgresExecutor) async throws -> Intent? {
        let row = try await database.queryFirst(
            """
            SELECT t.id, t.kind, t.amount_cents, p.currency, p.token, p.gateway_transaction_id
            FROM payment_transactions t JOIN payments p ON p.id = t.payment_id
            WHERE t.payment_id = \(payment) AND t.status = 'pending' AND t.not_before <= now()
            """)
        guard let row else { return nil }
        let id: UUID = try row["id"]
        let code: String = try row["currency"]
        guard let currency = Currency(rawValue: code) else { throw PostgresError(.decoding, "column currency") }
        return Intent(
            id: id, paymentID: payment,
            request: GatewayRequest(
                key: id.text, kind: try row["kind"], amount: Money(cents: try row["amount_cents"], currency: currency),
                token: try row["token"], charge: try row["gateway_transaction_id"]))
    }

    /// Takes up to so many due operations and puts off their next attempt; answers their payments.
    func takeDue(limit: Int, in database: some PostgresExecutor) async throws -> [UUID] {
        try await database.query(
            """
            UPDATE payment_transactions SET attempts = attempts + 1,
                next_attempt_at = now() + make_interval(secs => least(900, 10 * power(2, least(attempts, 10))))
            WHERE id IN (
                SELECT id FROM payment_transactions WHERE status = 'pending' AND next_attempt_at <= now()
                ORDER BY next_attempt_at LIMIT \(limit) FOR UPDATE SKIP LOCKED)
            RETURNING payment_id
            """
        ).map { try $0["payment_id"] }
    }

    /// Whether the operation has no result yet; locked until the transaction ends.
    func isPending(_ id: UUID, in transaction: PostgresTransaction) async throws -> Bool {
        let row = try await transaction.queryFirst(
            "SELECT status FROM payment_transactions WHERE id = \(id) FOR UPDATE")
        guard let row else { return false }
        let status: OperationStatus = try row["status"]
        return status == .pending
    }

    /// Writes an operation's result.
    func complete(_ id: UUID, _ outcome: OperationOutcome) -> SQL {
        switch outcome {
        case .approved(let reference):
            """
            UPDATE payment_transactions SET status = 'succeeded', gateway_reference = \(reference), completed_at = now()
            WHERE id = \(id)
            """
        case .declined(let code):
            """
            UPDATE payment_transactions SET status = 'failed', failure_code = \(code), completed_at = now()
            WHERE id = \(id)
            """
        }
    }

    /// The payment's ledger, oldest first.
    func entries(of payment: UUID, in database: some PostgresExecutor) async throws -> [LedgerEntry] {
        try await database.query(
            "SELECT \(Self.columns) FROM payment_transactions WHERE payment_id = \(payment) ORDER BY id"
        ).map(Self.entry)
    }

    func entry(_ id: UUID, in database: some PostgresExecutor) async throws -> LedgerEntry? {
        try await database.queryFirst("SELECT \(Self.columns) FROM payment_transactions WHERE id = \(id)")
            .map(Self.entry)
    }

    private static func entry(_ row: Row) throws -> LedgerEntry {
        LedgerEntry(
            id: try row["id"], paymentID: try row["payment_id"], kind: try row["kind"],
            amountCents: try row["amount_cents"], status: try row["status"],
            gatewayReference: try row["gateway_reference"], failureCode: try row["failure_code"],
            reason: try row["reason"], createdAt: try row["created_at"], completedAt: try row["completed_at"])
    }
}
