import Contracts
import Messaging
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the order service and the shop's staff ask of payments.
struct Payments: Sendable {
    let runtime: ServiceRuntime
    let processor: PaymentProcessor

    private var payments: PaymentStore { processor.payments }
    private var ledger: LedgerStore { processor.ledger }

    /// Authorizes an order's amount, once. `isNew` is false for a repetition, which gets the stored outcome.
    func authorize(_ request: AuthorizePaymentRequest) async throws -> (payment: Payment, isNew: Bool) {
        let (id, isNew, intent) = try await runtime.pool.transaction { transaction in
            let payment = Payment(
                id: .v7(), orderID: request.orderID, userID: request.userID, amountCents: request.amountCents,
                currency: request.currency, method: request.method, status: .pending, goal: .authorize,
                operation: .authorize)
            guard try await payments.insert(payment, token: request.token, in: transaction) else {
                let existing = try await existing(request, in: transaction)
                return (existing.id, false, LedgerStore.Intent?.none)
            }
            let intent = LedgerStore.Intent(authorizing: payment, token: request.token)
            try await transaction.execute(
                ledger.insert(
                    intent.id, payment: payment.id, kind: .authorize, cents: payment.amountCents, reason: nil, wait: 0,
                    lead: LedgerStore.ownLead))
            return (payment.id, true, intent)
        }
        let payment = try await settled(id, from: intent)
        guard payment.status != .voided else { throw Self.problem(.closed) }
        return (payment, isNew)
    }

    /// The order's payment, which must be the one that is asked for.
    private func existing(
        _ request: AuthorizePaymentRequest, in transaction: PostgresTransaction
    ) async throws -> Payment {
        guard let payment = try await payments.payment(order: request.orderID, in: transaction) else {
            throw Self.notFound
        }
        guard payment.status != .voided else { throw Self.problem(.closed) }
        guard payment.amountCents == request.amountCents, payment.currency == request.currency,
            payment.userID == request.userID
        else {
            throw Problem.unprocessable(
                "payment_mismatch", "The order has a payment of another amount, currency or person.")
        }
        return payment
    }

    /// Captures what was authorized for the order; the answer tells whether it succeeded.
    func capture(order: UUID) async throws -> Payment {
        let id = try await runtime.pool.transaction { transaction in
            guard let payment = try await payments.lock(order: order, in: transaction) else { throw Self.notFound }
            if payment.status == .failed { return payment.id }
            return try await Self.refusals {
                try await processor.capture(payment, lead: LedgerStore.ownLead, in: transaction)
            }
        }
        return try await settled(id)
    }

    /// Releases or refunds the order's payment; an order without one is closed.
    func cancel(order: UUID) async throws -> Payment {
        let id = try await runtime.pool.transaction { transaction in
            try await processor.cancel(order: order, user: nil, lead: LedgerStore.ownLead, in: transaction)
        }
        return try await settled(id)
    }

    /// Begins a refund of so much, or of all that is left; the worker does it.
    func refund(
        _ id: UUID, cents: Int64?, reason: String?, in transaction: PostgresTransaction
    ) async throws -> (LedgerEntry, Currency) {
        guard var payment = try await payments.lock(id, in: transaction) else { throw Self.notFound }
        let begun = try await Self.refusals {
            let actions = try payment.refund(cents: cents ?? payment.refundableCents)
            return try await processor.store(payment, actions, reason: reason, lead: 0, in: transaction)
        }
        guard let begun, let entry = try await ledger.entry(begun, in: transaction) else { throw Self.notFound }
        return (entry, payment.currency)
    }

    private static func refusals<Value>(_ work: () async throws -> Value) async throws -> Value {
        do {
            return try await work()
        } catch let refusal as PaymentRefusal {
            throw problem(refusal)
        }
    }

    /// Does what is under way for the payment and reads it. Problem 503 while the gateway does not answer.
    private func settled(_ id: UUID, from intent: LedgerStore.Intent? = nil) async throws -> Payment {
        do {
            try await processor.drive(id, from: intent)
        } catch is GatewayError {
            throw Problem.unavailable("gateway_timeout", "The payment gateway has not answered yet.", retryAfter: 2)
        }
        guard let payment = try await payments.payment(id, in: runtime.pool) else { throw Self.notFound }
        return payment
    }

    static let notFound = Problem.notFound("payment_not_found", "There is no such payment.")

    static func problem(_ refusal: PaymentRefusal) -> Problem {
        let detail =
            switch refusal {
            case .notAuthorized: "The payment is not authorized."
            case .closed: "The order was cancelled; its payment is closed."
            case .notCaptured: "Nothing was captured that could be refunded."
            case .refundTooLarge: "This is more than what is left to refund."
            case .inProgress: "Another operation of this payment is under way."
            }
        if refusal == .refundTooLarge {
            return .unprocessable(
                refusal.rawValue, detail, errors: [FieldError(pointer: "/amount_cents", detail: detail)])
        }
        return .conflict(refusal.rawValue, detail)
    }
}
