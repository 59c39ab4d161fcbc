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

/// The body of `POST /api/v1/categories`.
struct CategoryInput: Decodable, Sendable {
    var name: String
    var slug: String?
    var parentID: UUID?
    var description: String?
    var sortOrder: Int?

    enum CodingKeys: String, CodingKey {
        case name, slug, description
        case parentID = "parent_id"
        case sortOrder = "sort_order"
    }

    func category() throws -> Category {
        var validation = Validation()
        validation.checkText(name, "/name", 1...100)
        if let slug {
            validation.check(
                Slug.isValid(slug) && UUID(uuidString: slug) == nil, "/slug",
                "must be lower-case letters, digits and single hyphens")
        }
        if let description { validation.checkText(description, "/description", 0...5_000) }
        if let sortOrder {
            validation.check((-1_000_000...1_000_000).contains(sortOrder), "/sort_order", "must be -1000000 to 1000000")
        }
        try validation.finish()
        let id = UUID.v7()
        return Category(
            id: id, name: name, slug: slug ?? Slug.of(name) ?? id.text, parentID: parentID, description: description,
            sortOrder: sortOrder ?? 0)
    }
}

/// The category tree.
struct CategoryRoutes: Sendable {
    let pool: PostgresPool
    let reader: ProductReader
    private let store = CategoryStore()

    init(pool: PostgresPool, reader: ProductReader) {
        self.pool = pool
        self.reader = reader
    }

    private struct Forest: Encodable {
        var items: [CategoryNode]
    }

    func add(to router: Router<ServiceRequestContext>) {
        router.get("/api/v1/categories") { _, _ in
            let body = try await reader.list("/categories") {
                let forest = Forest(items: CategoryNode.forest(try await store.categories(in: pool)))
                return ByteBuffer(data: try ContractsJSON.encoder().encode(forest))
            }
            return Response(
                status: .ok, headers: [.contentType: "application/json; charset=utf-8"],
                body: ResponseBody(byteBuffer: body))
        }
        router.post("/api/v1/categories") { request, context in try await create(request, context) }
    }

    private func create(_ request: Request, _ context: ServiceRequestContext) async throws -> JSONResponse {
        try context.requireRole(.admin)
        let category = try await request.json(CategoryInput.self).category()
        do {
            try await pool.execute(store.insertion(of: category))
        } catch let error as PostgresError where error.code == .uniqueViolation {
            throw Problem.conflict("slug_taken", "Another category has this slug.")
        } catch let error as PostgresError where error.code == .foreignKeyViolation {
            throw Problem.unprocessable(
                "unknown_category", "There is no such parent category.",
                errors: [FieldError(pointer: "/parent_id", detail: "is unknown")])
        }
        reader.categoriesChanged()
        return try JSONResponse(category, status: .created)
    }
}
