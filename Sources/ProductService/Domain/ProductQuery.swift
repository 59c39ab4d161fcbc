#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// In which order a list of products is.
enum ProductSort: String, Sendable, CaseIterable, Codable {
    case relevance
    case price
    case priceDescending = "-price"
    case newest
    case name
}

/// Which products are wanted.
struct ProductQuery: Sendable {
    /// Words to search for, in the syntax of web search engines.
    var text: String?
    /// Id or slug of a category, whose whole subtree counts.
    var category: String?
    /// Cents.
    var minimumPrice: Int64?
    var maximumPrice: Int64?
    var brand: String?
    var status: ProductStatus
    /// Only this seller's products.
    var sellerID: UUID?
    var sort: ProductSort
}

/// The position of a product in a sorted list; what a cursor holds.
struct ProductPosition: Codable, Sendable {
    var sort: ProductSort
    /// Score, price or microseconds since 1970, by the sort.
    var number: Int64?
    var text: String?
    var id: UUID
}

/// A product with its place in the list it was found in.
struct FoundProduct: Sendable {
    var product: Product
    var position: ProductPosition
}
