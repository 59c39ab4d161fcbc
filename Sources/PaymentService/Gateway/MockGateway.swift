import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A gateway that keeps its own books, as a real one does on its side: in tables of the payment database that nothing
/// else reads, in transactions of its own.
struct MockGateway: PaymentGateway {
    let pool: PostgresPool
    /// How long an answer takes; asked for each call.
    let delay: @Sendable () -> Duration
    /// How much too late the first answer to `tok_timeout` is.
    var lateness: Duration = .seconds(30)

    private struct Answer {
        var isApproved: Bool
        var text: String

        static func approved(_ reference: String) -> Answer { Answer(isApproved: true, text: reference) }
        static func declined(_ code: String) -> Answer { Answer(isApproved: false, text: code) }

        var outcome: OperationOutcome { isApproved ? .approved(text) : .declined(text) }
    }

    func perform(_ request: GatewayRequest) async throws -> OperationOutcome {
        let (answer, isNew) = try await (request.kind == .authorize ? authorize(request) : change(request))
        var wait = delay()
        if isNew, request.kind == .authorize, MockCard(token: request.token) == .late { wait += lateness }
        if wait > .zero { try await Task.sleep(for: wait) }
        return answer.outcome
    }

    /// The charge is made by the first call with the key only; all get that call's answer.
    private func authorize(_ request: GatewayRequest) async throws -> (Answer, isNew: Bool) {
        let charge = "ch_" + request.key.replacing("-", with: "")
        let answer =
            switch MockCard(token: request.token) {
            case .good, .captureFails, .late: Answer.approved(charge)
            case .declined(let code): Answer.declined(code)
            }
        let results = try await pool.batch([
            """
            WITH claimed AS (
                INSERT INTO mock_gateway_requests (idempotency_key, kind, is_approved, answer)
                VALUES (\(request.key), 'authorize', \(answer.isApproved), \(answer.text))
                ON CONFLICT DO NOTHING RETURNING idempotency_key
            ), charged AS (
                INSERT INTO mock_gateway_charges (id, token, amount_cents, currency)
                SELECT \(charge), \(request.token), \(request.amount.cents), \(request.amount.currency.rawValue)
                FROM claimed WHERE \(answer.isApproved)::boolean
            )
            SELECT idempotency_key FROM claimed
            """,
            "SELECT is_approved, answer FROM mock_gateway_requests WHERE idempotency_key = \(request.key)",
        ])
        return (try Self.answer(results[1].first), results[0].count == 1)
    }

    /// Capture, void or refund of a charge.
    private func change(_ request: GatewayRequest) async throws -> (Answer, isNew: Bool) {
        try await pool.transaction { transaction in
            let charge = request.charge ?? ""
            let results = try await transaction.batch([
                """
                INSERT INTO mock_gateway_requests (idempotency_key, kind, is_approved, answer)
                VALUES (\(request.key), \(request.kind), false, '') ON CONFLICT DO NOTHING
                """,
                "SELECT is_approved, answer FROM mock_gateway_requests WHERE idempotency_key = \(request.key)",
                """
                SELECT token, amount_cents, captured_cents, refunded_cents, is_voided FROM mock_gateway_charges
                WHERE id = \(charge) FOR UPDATE
                """,
            ])
            guard results[0].affected == 1 else { return (try Self.answer(results[1].first), false) }
            let (answer, effect) = try Self.decide(request, charge: charge, results[2].first)
            let record: SQL = """
                UPDATE mock_gateway_requests SET is_approved = \(answer.isApproved), answer = \(answer.text)
                WHERE idempotency_key = \(request.key)
                """
            _ = try await transaction.batch([record] + (effect.map { [$0] } ?? []))
            return (answer, true)
        }
    }

    /// The answer to a new call, and its effect on the books.
    private static func decide(
        _ request: GatewayRequest, charge: String, _ row: Row?
    ) throws -> (Answer, effect: SQL?) {
        guard let row else { return (.declined("unknown_charge"), nil) }
        let token: String = try row["token"]
        let amount: Int64 = try row["amount_cents"]
        let captured: Int64 = try row["captured_cents"]
        let refunded: Int64 = try row["refunded_cents"]
        let isVoided: Bool = try row["is_voided"]
        let cents = request.amount.cents
        let reference = request.kind.rawValue + "_" + request.key.replacing("-", with: "")
        switch request.kind {
        case .capture:
            if MockCard(token: token) == .captureFails { return (.declined("capture_failed"), nil) }
            guard !isVoided, captured == 0, cents <= amount else { return (.declined("not_capturable"), nil) }
            return (
                .approved(reference), "UPDATE mock_gateway_charges SET captured_cents = \(cents) WHERE id = \(charge)"
            )
        case .void:
            guard !isVoided, captured == 0 else { return (.declined("not_voidable"), nil) }
            return (.approved(reference), "UPDATE mock_gateway_charges SET is_voided = true WHERE id = \(charge)")
        case .refund:
            guard cents <= captured - refunded else { return (.declined("not_refundable"), nil) }
            return (
                .approved(reference),
                "UPDATE mock_gateway_charges SET refunded_cents = refunded_cents + \(cents) WHERE id = \(charge)"
            )
        case .authorize: return (.declined("unknown_charge"), nil)
        }
    }

    private static func answer(_ row: Row?) throws -> Answer {
        guard let row else { return .declined("unknown_request") }
        return Answer(isApproved: try row["is_approved"], text: try row["answer"])
    }
}
