import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A product of the catalogue, as the database has it and the API shows it.
struct Product: Codable, Sendable, Equatable {
    var id: UUID
    var sku: String
    var name: String
    var slug: String
    var description: String?
    var priceCents: Int64
    /// The price before a reduction, for display.
    var compareAtPriceCents: Int64?
    var currency: Currency
    var categoryID: UUID?
    var brand: String?
    var weightGrams: Int?
    /// The seller who owns it; `nil` for the shop's own.
    var sellerID: UUID?
    var status: ProductStatus
    /// Grows with every change.
    var version: Int
    var createdAt: Date
    var updatedAt: Date

    enum CodingKeys: String, CodingKey {
        case id, sku, name, slug, description, currency, brand, status, version
        case priceCents = "price_cents"
        case compareAtPriceCents = "compare_at_price_cents"
        case categoryID = "category_id"
        case weightGrams = "weight_grams"
        case sellerID = "seller_id"
        case isActive = "is_active"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }
}

extension Product {
    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        id = try values.decode(UUID.self, forKey: .id)
        sku = try values.decode(String.self, forKey: .sku)
        name = try values.decode(String.self, forKey: .name)
        slug = try values.decode(String.self, forKey: .slug)
        description = try values.decodeIfPresent(String.self, forKey: .description)
        priceCents = try values.decode(Int64.self, forKey: .priceCents)
        compareAtPriceCents = try values.decodeIfPresent(Int64.self, forKey: .compareAtPriceCents)
        currency = try values.decode(Currency.self, forKey: .currency)
        categoryID = try values.decodeIfPresent(UUID.self, forKey: .categoryID)
        brand = try values.decodeIfPresent(String.self, forKey: .brand)
        weightGrams = try values.decodeIfPresent(Int.self, forKey: .weightGrams)
        sellerID = try values.decodeIfPresent(UUID.self, forKey: .sellerID)
        status = try values.decode(ProductStatus.self, forKey: .status)
        version = try values.decode(Int.self, forKey: .version)
        createdAt = try values.decode(Date.self, forKey: .createdAt)
        updatedAt = try values.decode(Date.self, forKey: .updatedAt)
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id.text, forKey: .id)
        try values.encode(sku, forKey: .sku)
        try values.encode(name, forKey: .name)
        try values.encode(slug, forKey: .slug)
        try values.encode(description, forKey: .description)
        try values.encode(priceCents, forKey: .priceCents)
        try values.encode(compareAtPriceCents, forKey: .compareAtPriceCents)
        try values.encode(currency, forKey: .currency)
        try values.encode(categoryID?.text, forKey: .categoryID)
        try values.encode(brand, forKey: .brand)
        try values.encode(weightGrams, forKey: .weightGrams)
        try values.encode(sellerID?.text, forKey: .sellerID)
        try values.encode(status, forKey: .status)
        try values.encode(status.isActive, forKey: .isActive)
        try values.encode(version, forKey: .version)
        try values.encode(createdAt, forKey: .createdAt)
        try values.encode(updatedAt, forKey: .updatedAt)
    }
}
