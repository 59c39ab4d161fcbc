import Contracts
import HTTPTypes
import Hummingbird
import Redis
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The cart: of the person who is signed in, else of the session that the `X-Cart-Session` header names (a UUID of the
/// browser's choice, as secret as it is random). A person who comes with a session's header takes its cart over.
struct CartRoutes: Sendable {
    let carts: CartStore?
    let catalog: CatalogLookup
    let currency: @Sendable () -> Currency

    static let sessionHeader = HTTPField.Name("X-Cart-Session") ?? .cookie

    func add(to router: Router<ServiceRequestContext>) {
        router.group("/api/v1/cart")
            .get { request, context in try await show(request, context) }
            .delete { request, context in try await clear(request, context) }
            .put("items/:sku") { request, context in try await put(request, context) }
            .delete("items/:sku") { request, context in try await remove(request, context) }
    }

    private struct Quantity: Decodable {
        var quantity: Int
    }

    private func show(_ request: Request, _ context: ServiceRequestContext) async throws -> JSONResponse {
        let (carts, owner) = try await cart(request, context)
        return try await answer(carts, owner)
    }

    private func put(_ request: Request, _ context: ServiceRequestContext) async throws -> JSONResponse {
        let (carts, owner) = try await cart(request, context)
        let sku = try sku(context)
        let quantity = try await request.json(Quantity.self).quantity
        var validation = Validation()
        validation.check(CartItem.quantities.contains(quantity), "/quantity", "must be 1 to 999")
        try validation.finish()
        guard let product = try await catalog.products([sku]).first, product.isActive,
            product.currency == currency()
        else {
            throw Problem.notFound("product_not_found", "There is no such product for sale.")
        }
        guard product.available >= quantity else {
            throw Problem(
                status: 409, code: "insufficient_stock", title: "Conflict", detail: "There is not enough stock.",
                errors: [FieldError(pointer: "/quantity", detail: "only \(max(0, product.available)) left")])
        }
        let item = CartItem(sku: sku, quantity: quantity, priceCents: product.priceCents, name: product.name)
        guard try await naming({ try await carts.put(item, into: owner) }) else {
            throw Problem.conflict("cart_full", "A cart holds at most \(CartItem.maximumLines) different products.")
        }
        return try await answer(carts, owner)
    }

    private func remove(_ request: Request, _ context: ServiceRequestContext) async throws -> JSONResponse {
        let (carts, owner) = try await cart(request, context)
        let sku = try sku(context)
        _ = try await naming { try await carts.remove(sku, from: owner) }
        return try await answer(carts, owner)
    }

    private func clear(_ request: Request, _ context: ServiceRequestContext) async throws -> JSONResponse {
        let (carts, owner) = try await cart(request, context)
        try await naming { try await carts.clear(owner) }
        return .noContent
    }

    private func answer(_ carts: CartStore, _ owner: CartOwner) async throws -> JSONResponse {
        let items = try await naming { try await carts.items(of: owner) }
        let products = items.isEmpty ? [] : try await catalog.products(items.map(\.sku))
        var headers: HTTPFields = [.cacheControl: "no-store"]
        if case .session(let id) = owner { headers[Self.sessionHeader] = id.text }
        return try JSONResponse(CartView(items, products, currency: currency()), headers: headers)
    }

    private func sku(_ context: ServiceRequestContext) throws -> String {
        guard let sku = context.parameters.get("sku"), StockUnit.isValid(sku) else {
            throw Problem.badRequest(
                "invalid_parameter", "The path has a malformed SKU.",
                errors: [
                    FieldError(pointer: "sku", detail: "must be 1 to 50 letters, digits, hyphens, underscores and dots")
                ])
        }
        return sku
    }

    /// The cart meant by a request; problem 401 when it names neither a person nor a session.
    private func cart(
        _ request: Request, _ context: ServiceRequestContext
    ) async throws -> (CartStore, CartOwner) {
        guard let carts else { throw Self.unavailable }
        let session = try request.headers[Self.sessionHeader].map { text in
            guard let id = UUID(uuidString: text) else {
                throw Problem.badRequest("invalid_cart_session", "X-Cart-Session must be a UUID.")
            }
            return CartOwner.session(id)
        }
        guard let principal = context.principal else {
            guard let session else { throw Problem.unauthorized() }
            return (carts, session)
        }
        let owner = CartOwner.user(principal.userID)
        if let session { try await naming { try await carts.merge(session, into: owner) } }
        return (carts, owner)
    }

    static let unavailable = Problem.unavailable("cart_unavailable", "Carts cannot be reached at the moment.")

    private func naming<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch is RedisError {
            throw Self.unavailable
        }
    }
}
