import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// SQL of the products themselves.
struct ProductStore: Sendable {
    static let columns: SQL = """
        p.id, p.sku, p.name, p.slug, p.description, p.price_cents, p.compare_at_price_cents, p.currency, p.category_id,
        p.brand, p.weight_grams, p.seller_id, p.status, p.version, p.created_at, p.updated_at
        """

    func product(_ id: UUID, in executor: some PostgresExecutor) async throws -> Product? {
        try await executor.queryFirst("SELECT \(Self.columns) FROM products p WHERE p.id = \(id)")
            .map(Product.init(row:))
    }

    func product(slug: String, in executor: some PostgresExecutor) async throws -> Product? {
        try await executor.queryFirst("SELECT \(Self.columns) FROM products p WHERE p.slug = \(slug)")
            .map(Product.init(row:))
    }

    func lockProduct(_ id: UUID, in transaction: PostgresTransaction) async throws -> Product? {
        try await transaction.queryFirst("SELECT \(Self.columns) FROM products p WHERE p.id = \(id) FOR UPDATE")
            .map(Product.init(row:))
    }

    func slugExists(_ slug: String, in executor: some PostgresExecutor) async throws -> Bool {
        try await executor.queryFirst("SELECT 1 AS found FROM products WHERE slug = \(slug)") != nil
    }

    func isEmpty(_ executor: some PostgresExecutor) async throws -> Bool {
        try await executor.queryFirst("SELECT 1 AS found FROM products LIMIT 1") == nil
    }

    /// What carts and orders must know of the SKUs; unknown ones are missing.
    func sellable(_ skus: [String], in executor: some PostgresExecutor) async throws -> [SellableProduct] {
        try await executor.query(
            """
            SELECT p.id, p.sku, p.name, p.price_cents, p.currency, p.status, p.weight_grams,
                i.quantity_on_hand - i.quantity_reserved AS available
            FROM products p JOIN inventory i ON i.product_id = p.id
            WHERE p.sku = ANY(\(skus)) ORDER BY p.sku
            """
        ).map { row in
            let status: ProductStatus = try row["status"]
            return SellableProduct(
                productID: try row["id"], sku: try row["sku"], name: try row["name"],
                priceCents: try row["price_cents"], currency: try row.currency(), isActive: status.isActive,
                available: try row["available"], weightGrams: try row["weight_grams"])
        }
    }

    func insertion(of product: Product) -> SQL {
        """
        INSERT INTO products (id, sku, name, slug, description, price_cents, compare_at_price_cents, currency,
            category_id, brand, weight_grams, seller_id, status, version, created_at, updated_at)
        VALUES (\(product.id), \(product.sku), \(product.name), \(product.slug), \(product.description),
            \(product.priceCents), \(product.compareAtPriceCents), \(product.currency.rawValue), \(product.categoryID),
            \(product.brand), \(product.weightGrams), \(product.sellerID), \(product.status), \(product.version),
            \(product.createdAt), \(product.updatedAt))
        """
    }

    func update(_ product: Product) -> SQL {
        """
        UPDATE products SET name = \(product.name), slug = \(product.slug), description = \(product.description),
            price_cents = \(product.priceCents), compare_at_price_cents = \(product.compareAtPriceCents),
            category_id = \(product.categoryID), brand = \(product.brand), weight_grams = \(product.weightGrams),
            seller_id = \(product.sellerID), status = \(product.status), version = \(product.version),
            updated_at = \(product.updatedAt)
        WHERE id = \(product.id)
        """
    }
}

extension Product {
    init(row: Row) throws {
        self.init(
            id: try row["id"], sku: try row["sku"], name: try row["name"], slug: try row["slug"],
            description: try row["description"], priceCents: try row["price_cents"],
            compareAtPriceCents: try row["compare_at_price_cents"], currency: try row.currency(),
            categoryID: try row["category_id"], brand: try row["brand"], weightGrams: try row["weight_grams"],
            sellerID: try row["seller_id"], status: try row["status"], version: try row["version"],
            createdAt: try row["created_at"], updatedAt: try row["updated_at"])
    }
}

extension Row {
    func currency(_ column: String = "currency") throws -> Currency {
        guard let currency = Currency(rawValue: try self[column]) else {
            throw PostgresError(.decoding, "column \(column) is not a currency")
        }
        return currency
    }
}
