import Contracts
import Logging
import Messaging
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What orders mean for payments: a confirmed order is captured, a cancelled one released or refunded.
struct OrderEvents: Sendable {
    let runtime: ServiceRuntime
    let processor: PaymentProcessor

    func handle(_ event: ReceivedEvent, _ transaction: PostgresTransaction) async throws {
        switch event.type {
        case .orderConfirmed: try await capture(try event.data(), transaction)
        case .orderCancelled:
            let order: OrderEventData = try event.data()
            _ = try await processor.cancel(order: order.orderID, user: order.userID, lead: 0, in: transaction)
        default: return
        }
    }

    private func capture(_ order: OrderEventData, _ transaction: PostgresTransaction) async throws {
        guard let payment = try await processor.payments.lock(order: order.orderID, in: transaction) else {
            throw OrderEventError.noPayment
        }
        do {
            _ = try await processor.capture(payment, lead: 0, in: transaction)
        } catch PaymentRefusal.closed {
            // The order was cancelled meanwhile; nothing failed.
        } catch let refusal as PaymentRefusal {
            runtime.logger.warning(
                "a confirmed order's payment cannot be captured",
                metadata: ["order": "\(order.orderID.text)", "code": "\(refusal.rawValue)"])
            guard let user = payment.userID else { return }
            try await runtime.outbox.append(
                .paymentFailed, subject: order.orderID,
                data: PaymentEventData(
                    paymentID: payment.id, orderID: order.orderID, userID: user, amountCents: payment.amountCents,
                    currency: payment.currency, status: payment.status.rawValue,
                    failureCode: payment.failureCode ?? refusal.rawValue),
                in: transaction)
        }
    }
}

/// Why an event cannot be handled yet.
enum OrderEventError: Error, Sendable {
    /// An order is confirmed only after its payment was authorized, so the payment's row must exist.
    case noPayment
}
