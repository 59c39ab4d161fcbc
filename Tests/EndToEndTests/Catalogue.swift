import Foundation
import KubernetesClient
import NIOHTTP1
import Testing

/// Products the tests make for themselves.
enum Catalogue {
    struct Product: Sendable {
        let id: String
        let sku: String
    }

    /// An active product with so many pieces on hand.
    static func newProduct(by admin: Buyer, stock: Int, priceCents: Int = 1_250) async throws -> Product {
        let sku = "TEST-\(UUID().uuidString.prefix(8))"
        let created = try await admin.send(
            .POST, "/api/v1/products",
            [
                "sku": .string(sku), "name": .string("Test product \(sku)"), "price_cents": JSONValue(priceCents),
                "currency": "USD", "status": "active",
            ]
        ).expect(201)
        let product = Product(id: try #require(created["id"]?.stringValue), sku: sku)
        _ = try await admin.send(
            .PUT, "/api/v1/products/\(product.id)/inventory", ["quantity_on_hand": JSONValue(stock)]
        ).expect(200)
        return product
    }

    /// Waits until the stock is as given: commits and releases follow the order by an event.
    static func expectStock(of product: Product, onHand: Int, reserved: Int, _ admin: Buyer) async throws {
        try await poll("\(onHand) on hand and \(reserved) reserved of \(product.sku)") {
            let stock = try await admin.send(.GET, "/api/v1/products/\(product.id)/inventory").expect(200)
            return stock["quantity_on_hand"]?.intValue == onHand && stock["quantity_reserved"]?.intValue == reserved
                ? true : nil
        }
    }
}
