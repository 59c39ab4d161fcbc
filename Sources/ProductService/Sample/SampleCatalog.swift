import Contracts
import Messaging
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

struct SampleCategory: Sendable {
    var slug: String
    var name: String
    var parent: String?
    var sortOrder: Int
    var description: String

    init(_ slug: String, _ name: String, parent: String?, sortOrder: Int, _ description: String) {
        self.slug = slug
        self.name = name
        self.parent = parent
        self.sortOrder = sortOrder
        self.description = description
    }
}

struct SampleProduct: Sendable {
    var sku: String
    /// Slug of its category.
    var category: String
    var name: String
    var brand: String
    /// Cents.
    var price: Int64
    /// The price before a reduction.
    var before: Int64?
    var grams: Int
    var stock: Int
    var threshold: Int
    var description: String

    init(
        _ sku: String, in category: String, _ name: String, brand: String, price: Int64, before: Int64?, grams: Int,
        stock: Int, threshold: Int, _ description: String
    ) {
        self.sku = sku
        self.category = category
        self.name = name
        self.brand = brand
        self.price = price
        self.before = before
        self.grams = grams
        self.stock = stock
        self.threshold = threshold
        self.description = description
    }
}

/// Something to look at in a new shop. Slugs and SKUs are fixed, ids are not.
struct SampleCatalog: Sendable {
    let currency: Currency

    /// Adds everything if there is no product yet; returns whether it did. Safe to run side by side.
    func seed(_ pool: PostgresPool, _ outbox: Outbox) async throws -> Bool {
        try await pool.transaction { transaction in
            try await transaction.execute("LOCK TABLE products IN SHARE ROW EXCLUSIVE MODE")
            guard try await ProductStore().isEmpty(transaction) else { return false }
            _ = try await transaction.batch(try statements(outbox))
            return true
        }
    }

    private func statements(_ outbox: Outbox) throws -> [SQL] {
        let now = Date.stamp
        let ids = Dictionary(uniqueKeysWithValues: Self.categories.map { ($0.slug, UUID.v7(at: now)) })
        var statements: [SQL] = []
        for category in Self.categories {
            guard let id = ids[category.slug] else { continue }
            statements.append(
                CategoryStore().insertion(
                    of: Category(
                        id: id, name: category.name, slug: category.slug,
                        parentID: category.parent.flatMap { ids[$0] }, description: category.description,
                        sortOrder: category.sortOrder)))
        }
        for (index, sample) in Self.products.enumerated() {
            // A millisecond apart, so that "newest" has an order.
            let created = now.addingTimeInterval(Double(index - Self.products.count) / 1000)
            let product = Product(
                id: .v7(at: created), sku: sample.sku, name: sample.name,
                slug: Slug.of(sample.name) ?? sample.sku.lowercased(), description: sample.description,
                priceCents: sample.price, compareAtPriceCents: sample.before, currency: currency,
                categoryID: ids[sample.category], brand: sample.brand, weightGrams: sample.grams, sellerID: nil,
                status: .active, version: 1, createdAt: created, updatedAt: created)
            let inventory = Inventory(
                productID: product.id, sku: product.sku, quantityOnHand: sample.stock, quantityReserved: 0,
                reorderThreshold: sample.threshold, warehouseLocation: "MAIN", lastRestockedAt: created, version: 1,
                updatedAt: created)
            statements += [ProductStore().insertion(of: product), InventoryStore().insertion(of: inventory)]
            statements.append(
                try outbox.statement(
                    .productCreated, subject: product.id,
                    data: ProductEventData(
                        productID: product.id, sku: product.sku, name: product.name, priceCents: product.priceCents,
                        currency: currency, isActive: true)))
        }
        return statements
    }
}
