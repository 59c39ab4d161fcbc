/// A line of a cart as it is kept: how many, and what one cost and was called when it was put in.
struct CartItem: Sendable, Equatable {
    var sku: String
    var quantity: Int
    var priceCents: Int64
    var name: String

    static let quantities = 1...999
    static let maximumLines = 100

    init(sku: String, quantity: Int, priceCents: Int64, name: String) {
        self.sku = sku
        self.quantity = quantity
        self.priceCents = priceCents
        self.name = name
    }

    /// Reads `quantity:price:name`, the form in Redis.
    init?(sku: String, stored text: String) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let quantity = Int(parts[0]), let price = Int64(parts[1]) else { return nil }
        self.init(sku: sku, quantity: quantity, priceCents: price, name: String(parts[2]))
    }

    var stored: String { "\(quantity):\(priceCents):\(name)" }
}
