import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// One line of an order: the product as it was when it was ordered.
struct OrderLine: Encodable, Sendable, Equatable {
    var id: UUID
    var productID: UUID
    var name: String
    var sku: String
    var unitPriceCents: Int64
    var quantity: Int

    var lineTotalCents: Int64 { unitPriceCents * Int64(quantity) }

    enum CodingKeys: String, CodingKey {
        case id, quantity
        case productID = "product_id"
        case name = "product_name"
        case sku
        case unitPriceCents = "unit_price_cents"
        case lineTotalCents = "line_total_cents"
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id.text, forKey: .id)
        try values.encode(productID.text, forKey: .productID)
        try values.encode(name, forKey: .name)
        try values.encode(sku, forKey: .sku)
        try values.encode(unitPriceCents, forKey: .unitPriceCents)
        try values.encode(quantity, forKey: .quantity)
        try values.encode(lineTotalCents, forKey: .lineTotalCents)
    }
}

/// How the parcel is called at its carrier.
struct Tracking: Sendable, Equatable {
    var carrier: String
    var number: String
    var url: String
}

/// An order: snapshots of what was bought, and the state of its process.
struct Order: Sendable, Equatable {
    var id: UUID
    var number: String
    var userID: UUID
    var totals: OrderTotals
    var currency: Currency
    var address: AddressSnapshot
    var notes: String?
    /// credit_card, debit_card, wallet.
    var paymentMethod: String
    var paymentID: UUID?
    var tracking: Tracking?
    var process: OrderProcess
    var createdAt: Date
    var updatedAt: Date
}
