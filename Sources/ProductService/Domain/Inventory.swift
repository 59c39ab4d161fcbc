import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The stock of one product.
struct Inventory: Encodable, Sendable, Equatable {
    var productID: UUID
    var sku: String
    var quantityOnHand: Int
    /// Promised to orders that are not settled yet; never more than is on hand.
    var quantityReserved: Int
    var reorderThreshold: Int
    var warehouseLocation: String?
    var lastRestockedAt: Date?
    /// Grows whenever the quantity on hand or a setting changes (not with reservations).
    var version: Int
    var updatedAt: Date

    var available: Int { quantityOnHand - quantityReserved }

    enum CodingKeys: String, CodingKey {
        case sku, available, version
        case productID = "product_id"
        case quantityOnHand = "quantity_on_hand"
        case quantityReserved = "quantity_reserved"
        case reorderThreshold = "reorder_threshold"
        case warehouseLocation = "warehouse_location"
        case lastRestockedAt = "last_restocked_at"
        case updatedAt = "updated_at"
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(productID.text, forKey: .productID)
        try values.encode(sku, forKey: .sku)
        try values.encode(quantityOnHand, forKey: .quantityOnHand)
        try values.encode(quantityReserved, forKey: .quantityReserved)
        try values.encode(available, forKey: .available)
        try values.encode(reorderThreshold, forKey: .reorderThreshold)
        try values.encode(warehouseLocation, forKey: .warehouseLocation)
        try values.encode(lastRestockedAt, forKey: .lastRestockedAt)
        try values.encode(version, forKey: .version)
        try values.encode(updatedAt, forKey: .updatedAt)
    }
}
