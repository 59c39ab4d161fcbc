import Contracts
import Logging
import Messaging
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What other services' events mean for orders.
struct OrderEvents: Sendable {
    let transitions: OrderTransitions
    let runner: SagaRunner
    let logger: Logger

    func handle(_ event: ReceivedEvent, _ transaction: PostgresTransaction) async throws {
        switch event.type {
        case .paymentCaptured: try await payment(event, transaction) { _ in .captured }
        case .paymentFailed, .paymentExpired: try await payment(event, transaction) { _ in .paymentFailed }
        case .paymentVoided: try await payment(event, transaction) { _ in .paymentVoided }
        case .refundProcessed:
            try await payment(event, transaction) { .refunded(full: $0.status == PaymentStatus.refunded.rawValue) }
        case .inventoryCommitted: try await reservation(event, .committed, transaction)
        case .inventoryExpired: try await reservation(event, .reservationExpired, transaction)
        case .userDeactivated: try await cancelPending(event, transaction)
        default: logger.debug("ignored event", metadata: ["type": "\(event.type.rawValue)"])
        }
    }

    private func payment(
        _ event: ReceivedEvent, _ transaction: PostgresTransaction, _ meaning: (PaymentEventData) -> OrderEvent
    ) async throws {
        let data = try event.data(PaymentEventData.self)
        try await apply(
            meaning(data), facts: TransitionFacts(paymentID: data.paymentID), to: data.orderID, transaction)
    }

    private func reservation(
        _ event: ReceivedEvent, _ meaning: OrderEvent, _ transaction: PostgresTransaction
    ) async throws {
        try await apply(meaning, to: try event.data(ReservationEventData.self).orderID, transaction)
    }

    private func apply(
        _ event: OrderEvent, facts: TransitionFacts = TransitionFacts(), to order: UUID,
        _ transaction: PostgresTransaction
    ) async throws {
        let after = try await transitions.apply(event, facts: facts, to: order, in: transaction)
        // The runner's look waits for this transaction's lock, so it sees what is committed.
        if let after, after.order.process.saga.isDue(at: .stamp) { runner.signal(order) }
    }

    private func cancelPending(_ event: ReceivedEvent, _ transaction: PostgresTransaction) async throws {
        let user = try event.data(UserDeactivatedData.self).userID
        for order in try await transitions.orders.pendingOrders(of: user, in: transaction) {
            do {
                try await apply(.cancel(.userDeactivated, by: .system), to: order, transaction)
            } catch let refused as InvalidTransition {
                // It went on between the list and the lock.
                logger.notice(
                    "order of a deactivated user not cancelled",
                    metadata: ["order_id": "\(order.text)", "status": "\(refused.from.rawValue)"])
            }
        }
    }
}
