import Contracts
import HTTPTypes
import Hummingbird
import NIOCore
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reading and searching the catalogue.
struct ProductRoutes: Sendable {
    let pool: PostgresPool
    let reader: ProductReader

    func add(to router: Router<ServiceRequestContext>) {
        router.get("/api/v1/products") { request, context in try await list(request, context) }
        router.get("/api/v1/products/:id") { _, context in try await product(context) }
    }

    private static let headers: HTTPFields = [.contentType: "application/json; charset=utf-8"]

    private func product(_ context: ServiceRequestContext) async throws -> Response {
        let name = context.parameters.get("id") ?? ""
        if let body = try await reader.product(name) { return Self.response(body) }
        // What is not active exists only for those who look after it.
        if let principal = context.principal, let product = try await reader.stored(name.lowercased()),
            principal.mayManage(product)
        {
            return Self.response(ByteBuffer(data: try ContractsJSON.encoder().encode(product)))
        }
        throw Problem.notFound("product_not_found", "There is no such product.")
    }

    private func list(_ request: Request, _ context: ServiceRequestContext) async throws -> Response {
        let query = Query(request)
        guard let status = try query.choice("status", of: ProductStatus.self), status != .active else {
            let body = try await reader.list(request.uri.query ?? "") { try await page(request, query, .active) }
            return Self.response(body)
        }
        let principal = try context.requireRole(.admin, .support, .seller)
        let seller = principal.role == .seller ? principal.userID : nil
        return Self.response(try await page(request, query, status, seller: seller))
    }

    private func page(
        _ request: Request, _ query: Query, _ status: ProductStatus, seller: UUID? = nil
    ) async throws -> ByteBuffer {
        let page = try PageRequest(request)
        let text = try query.string("q")
        let sort = try query.choice("sort", of: ProductSort.self) ?? (text == nil ? .newest : .relevance)
        let wanted = ProductQuery(
            text: text, category: try query.string("category", maximumLength: Slug.maximumLength),
            minimumPrice: try query.integer("min_price"), maximumPrice: try query.integer("max_price"),
            brand: try query.string("brand"), status: status,
            sellerID: try seller ?? query.uuid("seller_id"),
            sort: sort == .relevance && text == nil ? .newest : sort)
        let position: ProductPosition? = try page.position()
        if let position, position.sort != wanted.sort {
            throw Problem.badRequest("invalid_cursor", "The cursor belongs to another sort order.")
        }
        let found = try await ProductSearch().products(wanted, after: position, limit: page.limit + 1, in: pool)
        let answer = try Page(fetched: found, limit: page.limit, position: { $0.position }, item: { $0.product })
        return ByteBuffer(data: try ContractsJSON.encoder().encode(answer))
    }

    private static func response(_ body: ByteBuffer) -> Response {
        Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: body))
    }
}

extension ByteBuffer {
    init(data: Data) { self.init(bytes: data) }
}

extension Principal {
    /// Admins and support look after every product, sellers after their own.
    func mayManage(_ product: Product) -> Bool {
        switch role {
        case .admin, .support: true
        case .seller: product.sellerID == userID
        case .customer: false
        }
    }
}
