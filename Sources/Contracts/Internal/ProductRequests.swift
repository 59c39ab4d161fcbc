#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// `POST /internal/v1/products/lookup` of the product service; unknown SKUs are missing from the answer's items.
public struct ProductLookupRequest: Codable, Sendable, Equatable {
    public var skus: [String]

    public init(skus: [String]) { self.skus = skus }
}

public struct ProductLookupResponse: Codable, Sendable, Equatable {
    public var items: [SellableProduct]

    public init(items: [SellableProduct]) { self.items = items }
}

/// What a cart or an order must know of a product.
public struct SellableProduct: Codable, Sendable, Equatable {
    public var productID: UUID
    public var sku: String
    public var name: String
    public var priceCents: Int64
    public var currency: Currency
    public var isActive: Bool
    /// On hand less reserved, at this moment.
    public var available: Int
    public var weightGrams: Int?

    public init(
        productID: UUID, sku: String, name: String, priceCents: Int64, currency: Currency, isActive: Bool,
        available: Int, weightGrams: Int? = nil
    ) {
        self.productID = productID
        self.sku = sku
        self.name = name
        self.priceCents = priceCents
        self.currency = currency
        self.isActive = isActive
        self.available = available
        self.weightGrams = weightGrams
    }

    enum CodingKeys: String, CodingKey {
        case productID = "product_id"
        case sku, name, currency, available
        case priceCents = "price_cents"
        case isActive = "is_active"
        case weightGrams = "weight_grams"
    }
}

/// `POST /internal/v1/reservations`: all lines or none. 201 the first time and 200 for a repetition, both with a
/// ``ReservationResponse``; 409 `insufficient_stock` (the problem's `errors` name the SKUs), 409 `reservation_closed`
/// when the order's reservation was already released or expired, 422 for an unknown or inactive SKU (`unknown_sku`).
public struct ReservationRequest: Codable, Sendable, Equatable {
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

/// Also the answer of `POST /internal/v1/reservations/{order_id}/commit` and `…/release`, both idempotent. Releasing
/// an order that has no reservation leaves a `released` one behind, so that a late reserve is refused.
public struct ReservationResponse: Codable, Sendable, Equatable {
    public var orderID: UUID
    /// active, committed, released, expired.
    public var status: String
    public var expiresAt: Date?

    public init(orderID: UUID, status: String, expiresAt: Date?) {
        self.orderID = orderID
        self.status = status
        self.expiresAt = expiresAt
    }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case status
        case expiresAt = "expires_at"
    }
}
