import Contracts
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension PaymentProcessor {
    /// Makes capturing the goal of a payment that is locked. Throws ``PaymentRefusal``.
    func capture(_ locked: Payment, lead: Int, in transaction: PostgresTransaction) async throws -> UUID {
        var payment = locked
        let actions = try payment.capture()
        if payment != locked { try await store(payment, actions, lead: lead, in: transaction) }
        return payment.id
    }

    /// Makes cancelling the goal of the order's payment. An order that has none gets a closed one, so that no payment
    /// can be made for it later.
    func cancel(
        order: UUID, user: UUID?, lead: Int, in transaction: PostgresTransaction
    ) async throws -> UUID {
        let closed = Payment(
            id: .v7(), orderID: order, userID: user, amountCents: 0,
            currency: runtime.configuration.current.currency, method: nil, status: .voided, goal: .cancel)
        if try await payments.insert(closed, token: nil, in: transaction) { return closed.id }
        guard let locked = try await payments.lock(order: order, in: transaction) else { throw Payments.notFound }
        var payment = locked
        let actions = payment.cancel()
        if payment != locked {
            try await store(payment, actions, reason: "order cancelled", lead: lead, in: transaction)
        }
        return payment.id
    }
}
