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

/// Creating and changing products: by admins, and by sellers their own.
struct ProductEditing: Sendable {
    let pool: PostgresPool
    let outbox: Outbox
    let reader: ProductReader
    let currency: @Sendable () -> Currency
    private let store = ProductStore()

    init(
        pool: PostgresPool, outbox: Outbox, reader: ProductReader, currency: @escaping @Sendable () -> Currency
    ) {
        self.pool = pool
        self.outbox = outbox
        self.reader = reader
        self.currency = currency
    }

    func add(to router: Router<ServiceRequestContext>) {
        router.post("/api/v1/products") { request, context in try await create(request, context) }
        router.put("/api/v1/products/:id") { request, context in try await change(request, context) }
    }

    // MARK: Creating

    private func create(_ request: Request, _ context: ServiceRequestContext) async throws -> JSONResponse {
        let principal = try context.requireRole(.admin, .seller)
        let input = try await request.json(ProductInput.self)
        let product = try newProduct(input, principal)
        let inventory = Inventory(
            productID: product.id, sku: product.sku, quantityOnHand: input.quantityOnHand ?? 0, quantityReserved: 0,
            reorderThreshold: input.reorderThreshold ?? 10, warehouseLocation: nil,
            lastRestockedAt: (input.quantityOnHand ?? 0) > 0 ? product.createdAt : nil, version: 1,
            updatedAt: product.createdAt)
        var statements = [store.insertion(of: product), InventoryStore().insertion(of: inventory)]
        statements.append(try event(.productCreated, product))
        if product.status.isActive { statements.append(try event(.productActivated, product)) }
        try await Self.naming { [statements] in _ = try await pool.batch(statements) }
        await reader.changed(product)
        return try JSONResponse(
            product, status: .created, headers: [.location: "/api/v1/products/\(product.id.text)"])
    }

    private func newProduct(_ input: ProductInput, _ principal: Principal) throws -> Product {
        var validation = Validation()
        input.check(&validation, currency: currency())
        validation.check(input.name != nil, "/name", "is required")
        validation.check(input.priceCents != nil, "/price_cents", "is required")
        let sku = input.sku ?? ""
        validation.check(
            StockUnit.isValid(sku), "/sku", "must be 1 to 50 letters, digits, hyphens, underscores and dots")
        let status = input.status ?? (input.isActive == false ? .draft : .active)
        validation.check(status == .draft || status == .active, "/status", "must be draft or active for a new product")
        try validation.finish()
        let now = Date.stamp
        let id = UUID.v7(at: now)
        let name = input.name ?? ""
        let base = Slug.of(name)
        return Product(
            id: id, sku: sku, name: name,
            slug: input.slug ?? [base, Slug.of(sku)].compactMap { $0 }.joined(separator: "-").nonEmpty ?? id.text,
            description: input.description.value, priceCents: input.priceCents ?? 0,
            compareAtPriceCents: input.compareAtPriceCents.value, currency: currency(),
            categoryID: input.categoryID.value, brand: input.brand.value, weightGrams: input.weightGrams.value,
            sellerID: principal.role == .seller ? principal.userID : input.sellerID.value, status: status, version: 1,
            createdAt: now, updatedAt: now)
    }

    // MARK: Changing

    private func change(_ request: Request, _ context: ServiceRequestContext) async throws -> JSONResponse {
        let principal = try context.requireRole(.admin, .seller)
        let id = try context.uuid("id")
        let input = try await request.json(ProductInput.self)
        var validation = Validation()
        input.check(&validation, currency: currency())
        try validation.finish()
        let version = try input.version ?? request.ifMatchVersion()
        let (before, after) = try await Self.naming {
            try await pool.transaction { transaction in
                guard let before = try await store.lockProduct(id, in: transaction), principal.mayManage(before) else {
                    throw Problem.notFound("product_not_found", "There is no such product.")
                }
                if let version, version != before.version {
                    throw Problem.conflict("version_conflict", "The product is at version \(before.version) by now.")
                }
                let after = try changed(before, input, principal)
                if after != before {
                    _ = try await transaction.batch(
                        [store.update(after)] + events(from: before, to: after))
                }
                return (before, after)
            }
        }
        await reader.changed(after, previousSlug: before.slug)
        return try JSONResponse(after)
    }

    private func changed(_ before: Product, _ input: ProductInput, _ principal: Principal) throws -> Product {
        if let sku = input.sku, sku != before.sku {
            throw Problem.unprocessable(
                "sku_immutable", "Orders and stock know a product by its SKU; it cannot change.",
                errors: [FieldError(pointer: "/sku", detail: "cannot change")])
        }
        var after = before
        after.name = input.name ?? before.name
        after.slug = input.slug ?? before.slug
        after.description = input.description.applied(to: before.description)
        after.priceCents = input.priceCents ?? before.priceCents
        after.compareAtPriceCents = input.compareAtPriceCents.applied(to: before.compareAtPriceCents)
        after.categoryID = input.categoryID.applied(to: before.categoryID)
        after.brand = input.brand.applied(to: before.brand)
        after.weightGrams = input.weightGrams.applied(to: before.weightGrams)
        if principal.role == .admin { after.sellerID = input.sellerID.applied(to: before.sellerID) }
        after.status = input.status ?? input.isActive.map(before.status.settingActive) ?? before.status
        guard before.status.canBecome(after.status) else {
            throw Problem.conflict(
                "invalid_transition",
                "A product that is \(before.status.rawValue) cannot become \(after.status.rawValue).")
        }
        guard after != before else { return before }
        after.version += 1
        after.updatedAt = .stamp
        return after
    }

    // MARK: Events

    private func events(from before: Product, to after: Product) throws -> [SQL] {
        var events = [try event(.productUpdated, after)]
        if after.priceCents != before.priceCents {
            events.append(try event(.productPriceChanged, after, previousPrice: before.priceCents))
        }
        if after.status.isActive != before.status.isActive {
            events.append(try event(after.status.isActive ? .productActivated : .productDeactivated, after))
        }
        return events
    }

    private func event(_ type: EventType, _ product: Product, previousPrice: Int64? = nil) throws -> SQL {
        try outbox.statement(
            type, subject: product.id,
            data: ProductEventData(
                productID: product.id, sku: product.sku, name: product.name, priceCents: product.priceCents,
                currency: product.currency, previousPriceCents: previousPrice, isActive: product.status.isActive))
    }

    /// Turns the database's constraints into problems.
    private static func naming<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch let error as PostgresError {
            switch error.constraint {
            case "products_sku_key": throw Problem.conflict("sku_taken", "Another product has this SKU.")
            case "products_slug_key": throw Problem.conflict("slug_taken", "Another product has this slug.")
            case "products_category_id_fkey":
                throw Problem.unprocessable(
                    "unknown_category", "There is no such category.",
                    errors: [FieldError(pointer: "/category_id", detail: "is unknown")])
            default: throw error
            }
        }
    }
}

extension Request {
    /// The version an `If-Match` header asks for (`"3"`), `nil` without one or for `*`.
    func ifMatchVersion() throws -> Int? {
        guard let text = headers[.ifMatch], text != "*" else { return nil }
        guard text.count > 2, text.hasPrefix("\""), text.hasSuffix("\""), let version = Int(text.dropFirst().dropLast())
        else {
            throw Problem.badRequest("invalid_if_match", "If-Match must be the version in quotes.")
        }
        return version
    }
}

extension String {
    /// `nil` for an empty text.
    var nonEmpty: String? { isEmpty ? nil : self }
}
