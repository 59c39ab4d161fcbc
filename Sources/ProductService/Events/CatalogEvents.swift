import Contracts
import Logging
import Messaging
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What other services' events mean for the stock.
struct CatalogEvents: Sendable {
    let reservations: Reservations
    let logger: Logger

    func handle(_ event: ReceivedEvent, _ transaction: PostgresTransaction) async throws {
        switch event.type {
        case .orderConfirmed: try await settle(event, .commit, in: transaction)
        case .orderCancelled: try await settle(event, .release, in: transaction)
        default: logger.debug("ignored event", metadata: ["type": "\(event.type.rawValue)"])
        }
    }

    private func settle(
        _ event: ReceivedEvent, _ command: ReservationCommand, in transaction: PostgresTransaction
    ) async throws {
        let order = try event.data(OrderEventData.self)
        do {
            _ = try await reservations.settle(order.orderID, command, in: transaction)
        } catch ReservationRefusal.closed {
            guard try await isReleased(order.orderID, in: transaction) else { throw ReservationRefusal.closed }
            // The order was cancelled before this confirmation arrived: there is nothing to take.
            logger.notice("confirmation of a released order", metadata: ["order_id": "\(order.orderID.text)"])
        }
    }

    /// An expired reservation that cannot be taken again stays a failure: it is tried until the stock is back or the
    /// order, which asks by itself, has been cancelled.
    private func isReleased(_ order: UUID, in transaction: PostgresTransaction) async throws -> Bool {
        try await ReservationStore().reservation(order, in: transaction)?.status == .released
    }
}
