#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// `product.created`, `product.updated`, `product.price_changed`, `product.activated`, `product.deactivated`.
public struct ProductEventData: Codable, Sendable, Equatable {
    public var productID: UUID
    public var sku: String
    public var name: String
    public var priceCents: Int64
    public var currency: Currency
    /// Only in `product.price_changed`.
    public var previousPriceCents: Int64?
    public var isActive: Bool

    public init(
        productID: UUID, sku: String, name: String, priceCents: Int64, currency: Currency,
        previousPriceCents: Int64? = nil, isActive: Bool
    ) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.priceCents = priceCents
        self.currency = currency
        self.previousPriceCents = previousPriceCents
        self.isActive = isActive
    }

    enum CodingKeys: String, CodingKey {
        case productID = "product_id"
        case sku, name, currency
        case priceCents = "price_cents"
        case previousPriceCents = "previous_price_cents"
        case isActive = "is_active"
    }
}

/// `inventory.low_stock`, `product.out_of_stock`.
public struct StockLevelData: Codable, Sendable, Equatable {
    public var productID: UUID
    public var sku: String
    public var name: String
    /// On hand less reserved.
    public var available: Int
    public var reorderThreshold: Int

    public init(productID: UUID, sku: String, name: String, available: Int, reorderThreshold: Int) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.available = available
        self.reorderThreshold = reorderThreshold
    }

    enum CodingKeys: String, CodingKey {
        case productID = "product_id"
        case sku, name, available
        case reorderThreshold = "reorder_threshold"
    }
}

/// `inventory.reserved`, `inventory.committed`, `inventory.released`, `inventory.expired`,
/// `inventory.reservation_failed`; the subject is the order.
public struct ReservationEventData: Codable, Sendable, Equatable {
    public var orderID: UUID
    public var lines: [StockLine]

    public init(orderID: UUID, lines: [StockLine]) {
        self.orderID = orderID
        self.lines = lines
    }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case lines
    }
}
