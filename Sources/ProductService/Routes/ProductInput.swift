import Contracts
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A member of a request that may be left out, or set to null to clear it.
enum Change<Value: Decodable & Sendable>: Sendable {
    case unchanged
    case set(Value?)

    func applied(to current: Value?) -> Value? {
        switch self {
        case .unchanged: current
        case .set(let value): value
        }
    }

    var value: Value? {
        if case .set(let value) = self { value } else { nil }
    }
}

extension KeyedDecodingContainer {
    func change<Value: Decodable>(_ type: Value.Type = Value.self, forKey key: Key) throws -> Change<Value> {
        contains(key) ? .set(try decodeIfPresent(Value.self, forKey: key)) : .unchanged
    }
}

/// The body of `POST` and `PUT /api/v1/products`; a change keeps what is left out.
struct ProductInput: Decodable, Sendable {
    var sku: String?
    var name: String?
    var slug: String?
    var description: Change<String>
    var priceCents: Int64?
    var compareAtPriceCents: Change<Int64>
    var currency: String?
    var categoryID: Change<UUID>
    var brand: Change<String>
    var weightGrams: Change<Int>
    var sellerID: Change<UUID>
    var status: ProductStatus?
    var isActive: Bool?
    /// The version the change is based on.
    var version: Int?
    /// Stock to begin with; only when creating.
    var quantityOnHand: Int?
    var reorderThreshold: Int?

    enum CodingKeys: String, CodingKey {
        case sku, name, slug, description, currency, brand, status, version
        case priceCents = "price_cents"
        case compareAtPriceCents = "compare_at_price_cents"
        case categoryID = "category_id"
        case weightGrams = "weight_grams"
        case sellerID = "seller_id"
        case isActive = "is_active"
        case quantityOnHand = "quantity_on_hand"
        case reorderThreshold = "reorder_threshold"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        sku = try values.decodeIfPresent(String.self, forKey: .sku)
        name = try values.decodeIfPresent(String.self, forKey: .name)
        slug = try values.decodeIfPresent(String.self, forKey: .slug)
        description = try values.change(forKey: .description)
        priceCents = try values.decodeIfPresent(Int64.self, forKey: .priceCents)
        compareAtPriceCents = try values.change(forKey: .compareAtPriceCents)
        currency = try values.decodeIfPresent(String.self, forKey: .currency)
        categoryID = try values.change(forKey: .categoryID)
        brand = try values.change(forKey: .brand)
        weightGrams = try values.change(forKey: .weightGrams)
        sellerID = try values.change(forKey: .sellerID)
        status = try values.decodeIfPresent(ProductStatus.self, forKey: .status)
        isActive = try values.decodeIfPresent(Bool.self, forKey: .isActive)
        version = try values.decodeIfPresent(Int.self, forKey: .version)
        quantityOnHand = try values.decodeIfPresent(Int.self, forKey: .quantityOnHand)
        reorderThreshold = try values.decodeIfPresent(Int.self, forKey: .reorderThreshold)
    }

    /// The largest price and stock the catalogue takes: far above any sale, far below any overflow.
    static let maximumPriceCents: Int64 = 100_000_000_000
    static let maximumQuantity = 1_000_000_000

    /// Checks what is there, whether for a new product or a change; `currency` is the shop's.
    func check(_ validation: inout Validation, currency shop: Currency) {
        if let name { validation.checkText(name, "/name", 1...255) }
        if let slug {
            validation.check(Slug.isValid(slug), "/slug", "must be lower-case letters, digits and single hyphens")
            validation.check(
                UUID(uuidString: slug) == nil, "/slug", "must not look like an id")
        }
        if let text = description.value { validation.checkText(text, "/description", 0...20_000) }
        if let priceCents {
            validation.check(
                (0...Self.maximumPriceCents).contains(priceCents), "/price_cents",
                "must be 0 to \(Self.maximumPriceCents)")
        }
        if let price = compareAtPriceCents.value {
            validation.check(
                (0...Self.maximumPriceCents).contains(price), "/compare_at_price_cents",
                "must be 0 to \(Self.maximumPriceCents)")
        }
        if let currency {
            validation.check(currency == shop.rawValue, "/currency", "must be the shop's currency, \(shop)")
        }
        if let brand = brand.value { validation.checkText(brand, "/brand", 0...100) }
        if let weight = weightGrams.value {
            validation.check((0...100_000_000).contains(weight), "/weight_grams", "must be 0 to 100000000")
        }
        if let quantityOnHand {
            validation.check(
                (0...Self.maximumQuantity).contains(quantityOnHand), "/quantity_on_hand",
                "must be 0 to \(Self.maximumQuantity)")
        }
        if let reorderThreshold {
            validation.check(
                (0...Self.maximumQuantity).contains(reorderThreshold), "/reorder_threshold",
                "must be 0 to \(Self.maximumQuantity)")
        }
    }
}

extension Validation {
    /// A text of so many characters without control characters other than line breaks and tabs.
    mutating func checkText(_ text: String, _ pointer: String, _ lengths: ClosedRange<Int>) {
        check(
            lengths.contains(text.count), pointer, "must have \(lengths.lowerBound) to \(lengths.upperBound) characters"
        )
        check(
            text.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\n" || $0 == "\r" || $0 == "\t" }, pointer,
            "must not have control characters")
    }
}
