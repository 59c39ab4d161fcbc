import Contracts
import HTTPTypes
import Hummingbird
import Messaging
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The body of `PUT /api/v1/products/{id}/inventory`; what is left out stays.
struct InventoryInput: Decodable, Sendable {
    var quantityOnHand: Int?
    var reorderThreshold: Int?
    var warehouseLocation: Change<String>
    /// The version the change is based on, like `If-Match`; without either, the change is made to whatever is there.
    var version: Int?

    enum CodingKeys: String, CodingKey {
        case version
        case quantityOnHand = "quantity_on_hand"
        case reorderThreshold = "reorder_threshold"
        case warehouseLocation = "warehouse_location"
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        quantityOnHand = try values.decodeIfPresent(Int.self, forKey: .quantityOnHand)
        reorderThreshold = try values.decodeIfPresent(Int.self, forKey: .reorderThreshold)
        warehouseLocation = try values.change(forKey: .warehouseLocation)
        version = try values.decodeIfPresent(Int.self, forKey: .version)
    }

    func validate() throws {
        var validation = Validation()
        let quantities = 0...ProductInput.maximumQuantity
        if let quantityOnHand {
            validation.check(
                quantities.contains(quantityOnHand), "/quantity_on_hand", "must be 0 to \(quantities.upperBound)")
        }
        if let reorderThreshold {
            validation.check(
                quantities.contains(reorderThreshold), "/reorder_threshold", "must be 0 to \(quantities.upperBound)")
        }
        if let location = warehouseLocation.value { validation.checkText(location, "/warehouse_location", 0...50) }
        try validation.finish()
    }
}

/// Reading and setting the stock of a product.
struct InventoryRoutes: Sendable {
    let pool: PostgresPool
    let outbox: Outbox
    private let store = InventoryStore()

    init(pool: PostgresPool, outbox: Outbox) {
        self.pool = pool
        self.outbox = outbox
    }

    func add(to router: Router<ServiceRequestContext>) {
        router.get("/api/v1/products/:id/inventory") { _, context in try await read(context) }
        router.put("/api/v1/products/:id/inventory") { request, context in try await change(request, context) }
    }

    private func read(_ context: ServiceRequestContext) async throws -> JSONResponse {
        let id = try context.uuid("id")
        guard let product = try await ProductStore().product(id, in: pool),
            product.status.isActive || context.principal?.mayManage(product) == true,
            let inventory = try await store.inventory(of: id, in: pool)
        else { throw Problem.notFound("product_not_found", "There is no such product.") }
        return try Self.answer(inventory)
    }

    private func change(_ request: Request, _ context: ServiceRequestContext) async throws -> JSONResponse {
        let principal = try context.requireRole(.admin, .seller)
        let id = try context.uuid("id")
        let input = try await request.json(InventoryInput.self)
        try input.validate()
        let matched = try request.ifMatchVersion()
        let version = matched ?? input.version
        let inventory = try await pool.transaction { transaction in
            guard let product = try await ProductStore().product(id, in: transaction), principal.mayManage(product),
                let before = try await store.lockInventory(of: id, in: transaction)
            else { throw Problem.notFound("product_not_found", "There is no such product.") }
            if let version, version != before.version {
                throw Problem(
                    status: matched == nil ? 409 : 412, code: "version_conflict",
                    title: matched == nil ? "Conflict" : "Precondition Failed",
                    detail: "The stock is at version \(before.version) by now.")
            }
            let after = try Self.changed(before, input)
            let level = StockLevel(
                productID: id, sku: after.sku, name: product.name, available: after.available,
                availableBefore: before.available, reorderThreshold: after.reorderThreshold)
            let alarms = try level.alarms.map { try outbox.statement($0, subject: id, data: level.data) }
            _ = try await transaction.batch([store.update(after)] + alarms)
            return after
        }
        return try Self.answer(inventory)
    }

    private static func changed(_ before: Inventory, _ input: InventoryInput) throws -> Inventory {
        var after = before
        after.quantityOnHand = input.quantityOnHand ?? before.quantityOnHand
        after.reorderThreshold = input.reorderThreshold ?? before.reorderThreshold
        after.warehouseLocation = input.warehouseLocation.applied(to: before.warehouseLocation)
        guard after.quantityOnHand >= before.quantityReserved else {
            throw Problem.conflict(
                "below_reserved", "\(before.quantityReserved) pieces are promised to orders; there cannot be fewer.")
        }
        after.version += 1
        after.updatedAt = .stamp
        if after.quantityOnHand > before.quantityOnHand { after.lastRestockedAt = after.updatedAt }
        return after
    }

    private static func answer(_ inventory: Inventory) throws -> JSONResponse {
        try JSONResponse(inventory, headers: [.eTag: "\"\(inventory.version)\""])
    }
}
