import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// SQL of the stock. Every movement is one conditional update of one row; several are made in the order of their SKUs,
/// so that two orders never wait for each other.
struct InventoryStore: Sendable {
    private static let columns: SQL = """
        product_id, sku, quantity_on_hand, quantity_reserved, reorder_threshold, warehouse_location, last_restocked_at,
        version, updated_at
        """

    private static let level: SQL = """
        p.id, p.sku, p.name, i.reorder_threshold, i.quantity_on_hand - i.quantity_reserved AS available
        """

    func inventory(of product: UUID, in executor: some PostgresExecutor) async throws -> Inventory? {
        try await executor.queryFirst("SELECT \(Self.columns) FROM inventory WHERE product_id = \(product)")
            .map(Inventory.init(row:))
    }

    func lockInventory(of product: UUID, in transaction: PostgresTransaction) async throws -> Inventory? {
        try await transaction.queryFirst(
            "SELECT \(Self.columns) FROM inventory WHERE product_id = \(product) FOR UPDATE"
        ).map(Inventory.init(row:))
    }

    func insertion(of inventory: Inventory) -> SQL {
        """
        INSERT INTO inventory (id, product_id, sku, quantity_on_hand, reorder_threshold, warehouse_location,
            last_restocked_at, updated_at)
        VALUES (\(UUID.v7()), \(inventory.productID), \(inventory.sku), \(inventory.quantityOnHand),
            \(inventory.reorderThreshold), \(inventory.warehouseLocation), \(inventory.lastRestockedAt),
            \(inventory.updatedAt))
        """
    }

    func update(_ inventory: Inventory) -> SQL {
        """
        UPDATE inventory SET quantity_on_hand = \(inventory.quantityOnHand),
            reorder_threshold = \(inventory.reorderThreshold), warehouse_location = \(inventory.warehouseLocation),
            last_restocked_at = \(inventory.lastRestockedAt), version = \(inventory.version),
            updated_at = \(inventory.updatedAt)
        WHERE product_id = \(inventory.productID)
        """
    }

    /// Promises pieces of an active product if there are enough; no row otherwise.
    func hold(_ line: StockLine) -> SQL {
        """
        UPDATE inventory i SET quantity_reserved = i.quantity_reserved + \(line.quantity), updated_at = now()
        FROM products p
        WHERE i.sku = \(line.sku) AND i.quantity_on_hand - i.quantity_reserved >= \(line.quantity)
            AND p.id = i.product_id AND p.status = 'active'
        RETURNING \(Self.level)
        """
    }

    /// The statement of a movement for one line; `nil` when nothing moves. No row for `.takeAgain` when there is not
    /// enough left.
    func movement(_ movement: StockMovement, _ line: StockLine) -> SQL? {
        let change: SQL
        let condition: SQL
        switch movement {
        case .none: return nil
        case .take:
            change = """
                quantity_on_hand = i.quantity_on_hand - \(line.quantity),
                quantity_reserved = i.quantity_reserved - \(line.quantity), version = i.version + 1
                """
            condition = "true"
        case .takeAgain:
            change = "quantity_on_hand = i.quantity_on_hand - \(line.quantity), version = i.version + 1"
            condition = "i.quantity_on_hand - i.quantity_reserved >= \(line.quantity)"
        case .unhold:
            change = "quantity_reserved = i.quantity_reserved - \(line.quantity)"
            condition = "true"
        case .restock:
            change = "quantity_on_hand = i.quantity_on_hand + \(line.quantity), version = i.version + 1"
            condition = "true"
        }
        return """
            UPDATE inventory i SET \(change), updated_at = now()
            FROM products p WHERE i.sku = \(line.sku) AND p.id = i.product_id AND \(condition)
            RETURNING \(Self.level)
            """
    }
}

extension Inventory {
    init(row: Row) throws {
        self.init(
            productID: try row["product_id"], sku: try row["sku"], quantityOnHand: try row["quantity_on_hand"],
            quantityReserved: try row["quantity_reserved"], reorderThreshold: try row["reorder_threshold"],
            warehouseLocation: try row["warehouse_location"], lastRestockedAt: try row["last_restocked_at"],
            version: try row["version"], updatedAt: try row["updated_at"])
    }
}

extension StockLevel {
    /// The level after a statement of `InventoryStore` that made so many pieces less available.
    init(row: Row, taken quantity: Int) throws {
        let available: Int = try row["available"]
        self.init(
            productID: try row["id"], sku: try row["sku"], name: try row["name"], available: available,
            availableBefore: available + quantity, reorderThreshold: try row["reorder_threshold"])
    }
}
