import Contracts
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The body of `POST /api/v1/orders`.
struct CheckoutInput: Decodable, Sendable {
    struct Payment: Decodable, Sendable {
        /// credit_card, debit_card, wallet.
        var method: String
        /// The gateway's token for the means of payment.
        var token: String
    }

    struct Item: Decodable, Sendable {
        var sku: String
        var quantity: Int
    }

    var addressID: UUID
    var payment: Payment
    /// What is ordered; without it, what is in the cart.
    var items: [Item]?
    var notes: String?
    /// The total the buyer has seen; another one by now is a conflict.
    var expectedTotalCents: Int64?

    enum CodingKeys: String, CodingKey {
        case addressID = "address_id"
        case payment, items, notes
        case expectedTotalCents = "expected_total_cents"
    }

    static let methods = ["credit_card", "debit_card", "wallet"]

    func validate() throws {
        var validation = Validation()
        validation.check(
            Self.methods.contains(payment.method), "/payment/method",
            "must be one of \(Self.methods.joined(separator: ", "))")
        validation.check(
            (1...255).contains(payment.token.utf8.count) && payment.token.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F },
            "/payment/token", "must be 1 to 255 printable ASCII characters")
        if let notes {
            validation.check(notes.count <= 1_000, "/notes", "must have at most 1000 characters")
            validation.check(!notes.unicodeScalars.contains("\0"), "/notes", "must not have control characters")
        }
        if let items {
            validation.check(
                (1...CartItem.maximumLines).contains(items.count), "/items",
                "must have 1 to \(CartItem.maximumLines) lines")
            for (index, item) in items.prefix(CartItem.maximumLines).enumerated() {
                validation.check(
                    CartItem.quantities.contains(item.quantity), "/items/\(index)/quantity", "must be 1 to 999")
                validation.check(
                    StockUnit.isValid(item.sku), "/items/\(index)/sku",
                    "must be 1 to 50 letters, digits, hyphens, underscores and dots")
            }
            validation.check(
                Set(items.map(\.sku)).count == items.count, "/items", "must have each SKU at most once")
        }
        try validation.finish()
    }
}
