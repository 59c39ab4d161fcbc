#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Every `order.*` event: the order as it is after the transition.
public struct OrderEventData: Codable, Sendable, Equatable {
    public var orderID: UUID
    public var orderNumber: String
    public var userID: UUID
    public var status: String
    public var lines: [OrderEventLine]
    public var subtotalCents: Int64
    public var shippingCents: Int64
    public var taxCents: Int64
    public var totalCents: Int64
    public var currency: Currency
    /// Only in `order.cancelled`: `customer_request`, `payment_failed`, `out_of_stock`, `admin`, `user_deactivated`, …
    public var reason: String?
    /// Only in `order.shipped`.
    public var trackingNumber: String?
    public var trackingURL: String?

    public init(
        orderID: UUID, orderNumber: String, userID: UUID, status: String, lines: [OrderEventLine],
        subtotalCents: Int64, shippingCents: Int64, taxCents: Int64, totalCents: Int64, currency: Currency,
        reason: String? = nil, trackingNumber: String? = nil, trackingURL: String? = nil
    ) {
        self.orderID = orderID
        self.orderNumber = orderNumber
        self.userID = userID
        self.status = status
        self.lines = lines
        self.subtotalCents = subtotalCents
        self.shippingCents = shippingCents
        self.taxCents = taxCents
        self.totalCents = totalCents
        self.currency = currency
        self.reason = reason
        self.trackingNumber = trackingNumber
        self.trackingURL = trackingURL
    }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case orderNumber = "order_number"
        case userID = "user_id"
        case status, lines, currency, reason
        case subtotalCents = "subtotal_cents"
        case shippingCents = "shipping_cents"
        case taxCents = "tax_cents"
        case totalCents = "total_cents"
        case trackingNumber = "tracking_number"
        case trackingURL = "tracking_url"
    }
}

/// One line of an order as events tell it.
public struct OrderEventLine: Codable, Sendable, Equatable {
    public var productID: UUID
    public var sku: String
    public var name: String
    public var quantity: Int
    public var unitPriceCents: Int64

    public init(productID: UUID, sku: String, name: String, quantity: Int, unitPriceCents: Int64) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.quantity = quantity
        self.unitPriceCents = unitPriceCents
    }

    enum CodingKeys: String, CodingKey {
        case productID = "product_id"
        case sku, name, quantity
        case unitPriceCents = "unit_price_cents"
    }
}
