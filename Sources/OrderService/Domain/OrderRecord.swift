import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An order with what its saga needs besides: enough to make every call and to tell every event.
struct OrderRecord: Sendable {
    var order: Order
    var lines: [OrderEventLine]
    /// The gateway's token, until the payment is authorized.
    var paymentToken: String?
    var correlationID: String?
    /// Which runner works on it, if any does.
    var leasedBy: String?

    var stockLines: [StockLine] { lines.map { StockLine(sku: $0.sku, quantity: $0.quantity) } }

    /// The order as domain events tell it.
    var eventData: OrderEventData {
        let process = order.process
        return OrderEventData(
            orderID: order.id, orderNumber: order.number, userID: order.userID, status: process.status.rawValue,
            lines: lines, subtotalCents: order.totals.subtotalCents, shippingCents: order.totals.shippingCents,
            taxCents: order.totals.taxCents, totalCents: order.totals.totalCents, currency: order.currency,
            reason: process.status == .cancelled ? process.cancelReason?.rawValue : nil,
            trackingNumber: order.tracking?.number, trackingURL: order.tracking?.url)
    }
}
