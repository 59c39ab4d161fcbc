import Contracts
import Messaging
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a transition brings besides the event: facts the order keeps.
struct TransitionFacts: Sendable {
    var paymentID: UUID?
    /// How the parcel is tracked from now on.
    var tracking: Tracking?
}

/// Lets orders go from one state to the next: under the order row's lock, with the events of the transition in the same
/// transaction. Nothing else writes an order.
struct OrderTransitions: Sendable {
    let outbox: Outbox
    let orders = OrderStore()
    let sagas = SagaStore()
    let shipments = ShipmentStore()

    init(outbox: Outbox) { self.outbox = outbox }

    /// Applies an event to an order and returns the order after it; `nil` when there is no such order, or when `holder`
    /// has lost its lease to another runner. Throws `InvalidTransition` for a wish that cannot be granted.
    func apply(
        _ event: OrderEvent, facts: TransitionFacts = TransitionFacts(), to id: UUID, holder: String? = nil,
        in transaction: PostgresTransaction
    ) async throws -> OrderRecord? {
        guard var record = try await orders.lock(id, in: transaction) else { return nil }
        if let holder, record.leasedBy != holder { return nil }
        let now = Date.stamp
        let before = record.order
        let types = try record.order.process.handle(event, at: now)
        if let payment = facts.paymentID { record.order.paymentID = payment }
        if let tracking = facts.tracking, !types.isEmpty { record.order.tracking = tracking }
        switch record.order.process.saga.step {
        case .reserve, .authorize: break
        default: record.paymentToken = nil
        }
        var statements: [SQL] = []
        if !before.hasSameFace(as: record.order) {
            record.order.updatedAt = now
            statements.append(orders.update(record.order))
        }
        if record.order.process.saga != before.process.saga || holder != nil {
            statements.append(
                sagas.update(record, holder: holder, keepingLease: record.order.process.saga.isDue(at: now)))
        }
        statements += shipmentStatements(types, record, before: before, at: now)
        for type in types {
            statements.append(
                try outbox.statement(
                    type, subject: id, data: record.eventData, correlationID: Correlation.id ?? record.correlationID))
        }
        if !statements.isEmpty { _ = try await transaction.batch(statements) }
        return record
    }

    private func shipmentStatements(
        _ types: [EventType], _ record: OrderRecord, before: Order, at now: Date
    ) -> [SQL] {
        let order = record.order
        return types.compactMap { type in
            switch type {
            case .shipmentCreated:
                order.tracking.map { shipments.insertion(of: $0, for: order.id, at: now) }
            case .shipmentUpdated:
                shipments.update(
                    of: order.id, to: .inTransit, tracking: order.tracking, message: "The parcel is on its way.",
                    at: now)
            case .shipmentDelivered:
                shipments.update(
                    of: order.id, to: .delivered, tracking: nil, message: "The parcel was delivered.", at: now)
            case .orderCancelled where before.tracking != nil:
                before.process.status == .shipped
                    ? shipments.update(
                        of: order.id, to: .returned, tracking: nil, message: "The parcel is being returned.", at: now)
                    : shipments.update(
                        of: order.id, to: .cancelled, tracking: nil, message: "The parcel will not be sent.", at: now)
            default: nil
            }
        }
    }
}

extension Order {
    /// Whether everything but the saga is equal.
    func hasSameFace(as other: Order) -> Bool {
        var other = other
        other.process.saga = process.saga
        return self == other
    }
}
