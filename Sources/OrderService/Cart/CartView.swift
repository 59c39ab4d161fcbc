import Contracts

/// A cart as the API shows it: priced and checked against the catalogue as it is now.
struct CartView: Encodable, Sendable, Equatable {
    /// Something the person should look at before ordering.
    struct Warning: Encodable, Sendable, Equatable {
        /// `price_changed`, `insufficient_stock`, `unavailable`.
        var code: String
        var sku: String
        var detail: String
    }

    struct Line: Encodable, Sendable, Equatable {
        var sku: String
        var productID: String?
        var name: String
        var quantity: Int
        var unitPriceCents: Int64
        var lineTotalCents: Int64
        /// Whether the quantity could be ordered at this moment.
        var available: Bool

        enum CodingKeys: String, CodingKey {
            case sku, name, quantity, available
            case productID = "product_id"
            case unitPriceCents = "unit_price_cents"
            case lineTotalCents = "line_total_cents"
        }
    }

    var items: [Line]
    /// Of the lines that can be ordered.
    var subtotalCents: Int64
    var currency: Currency
    var warnings: [Warning]

    enum CodingKeys: String, CodingKey {
        case items, currency, warnings
        case subtotalCents = "subtotal_cents"
    }

    /// The cart's lines beside what the catalogue says of their SKUs.
    init(_ items: [CartItem], _ products: [SellableProduct], currency: Currency) {
        let bySKU = Dictionary(products.map { ($0.sku, $0) }, uniquingKeysWith: { first, _ in first })
        self.items = []
        self.warnings = []
        self.subtotalCents = 0
        self.currency = currency
        for item in items {
            let product = bySKU[item.sku].flatMap { $0.isActive && $0.currency == currency ? $0 : nil }
            let price = product?.priceCents ?? item.priceCents
            let line = Line(
                sku: item.sku, productID: product?.productID.text, name: product?.name ?? item.name,
                quantity: item.quantity, unitPriceCents: price, lineTotalCents: price * Int64(item.quantity),
                available: product.map { $0.available >= item.quantity } ?? false)
            self.items.append(line)
            guard let product else {
                warnings.append(
                    Warning(code: "unavailable", sku: item.sku, detail: "\(item.name) is no longer sold."))
                continue
            }
            subtotalCents += line.lineTotalCents
            if product.priceCents != item.priceCents {
                warnings.append(
                    Warning(
                        code: "price_changed", sku: item.sku,
                        detail: "The price changed from \(item.priceCents) to \(product.priceCents) cents."))
            }
            if product.available < item.quantity {
                warnings.append(
                    Warning(
                        code: "insufficient_stock", sku: item.sku,
                        detail: "Only \(max(0, product.available)) of \(item.quantity) are left."))
            }
        }
    }
}
