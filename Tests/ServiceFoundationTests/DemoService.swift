import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import PostgreSQL
import ServiceFoundation

/// A service with a route for everything that the foundation does.
struct DemoService: StorefrontService {
    static let name = ServiceName.order
    static let migrations = [Migration(100, "items", "CREATE TABLE items (id uuid PRIMARY KEY, name text NOT NULL)")]

    struct Input: Codable {
        struct Line: Codable {
            var sku: String
            var quantity: Int
        }
        var name: String
        var price: Int
        var lines: [Line]
        var owner: UUID?
    }

    struct Item: Codable, Equatable {
        var id: UUID
        var name: String
    }

    let runtime: ServiceRuntime

    init(_ runtime: ServiceRuntime) { self.runtime = runtime }

    func addPublicRoutes(to router: Router<ServiceRequestContext>) {
        let runtime = runtime
        router.get("/api/v1/items/:id") { _, context in
            let id = try context.uuid("id")
            guard let row = try await runtime.pool.queryFirst("SELECT id, name FROM items WHERE id = \(id)") else {
                throw Problem.notFound("item_not_found")
            }
            return try JSONResponse(Item(id: row["id"], name: row["name"]))
        }
        router.get("/api/v1/items") { request, _ in
            let page = try PageRequest(request)
            let after: UUID? = try page.position()
            let filter: SQL = after.map { "WHERE id > \($0)" } ?? ""
            let rows = try await runtime.pool.query(
                "SELECT id, name FROM items \(filter) ORDER BY id LIMIT \(page.limit + 1)")
            let items = try rows.map { Item(id: try $0["id"], name: try $0["name"]) }
            return try JSONResponse(Page(fetched: items, limit: page.limit, position: \.id, item: { $0 }))
        }
        router.post("/api/v1/echo") { request, _ in try JSONResponse(try await request.json(Input.self)) }
        router.post("/api/v1/items") { request, context in
            try context.requirePrincipal()
            let body = try await request.jsonBody()
            let input = try body.decode([String: String].self)
            return try await runtime.idempotency.run(request, context, body) { tx in
                let item = Item(id: .v7(), name: input["name"] ?? "")
                try await tx.execute("INSERT INTO items (id, name) VALUES (\(item.id), \(item.name))")
                if input["fail"] != nil { throw Problem.conflict("asked_to_fail", "As asked.") }
                if let delay = input["delay"].flatMap(Double.init) { try await tx.execute("SELECT pg_sleep(\(delay))") }
                return try JSONResponse(item, status: .created, headers: [.location: "/api/v1/items/\(item.id.text)"])
            }
        }
        router.get("/api/v1/me") { _, context in
            try JSONResponse(["id": try context.requirePrincipal().userID.text])
        }
        router.get("/api/v1/admin") { _, context in
            try context.requireRole(.admin)
            return JSONResponse.noContent
        }
        router.get("/api/v1/users/:id") { _, context in
            try context.requireOwner(try context.uuid("id"))
            return JSONResponse.noContent
        }
        router.get("/api/v1/boom") { _, _ -> JSONResponse in throw Boom(secret: "hunter2") }
        router.get("/api/v1/text/:text") { _, context in
            let text = context.parameters.get("text") ?? ""
            let row = try await runtime.pool.queryOne("SELECT \(text.removingPercentEncoding ?? text)::text AS t")
            return try JSONResponse(["t": try row.decode("t", as: String.self)])
        }
    }

    func addInternalRoutes(to router: Router<ServiceRequestContext>) {
        router.group("/internal/v1").add(middleware: AllowedCallers(.payment)).get("/whoami") { _, context in
            try JSONResponse(["caller": context.caller?.rawValue ?? "", "correlation_id": context.correlationID])
        }
        router.get("/internal/v1/conflict") { _, _ -> JSONResponse in
            throw Problem.unprocessable(
                "insufficient_stock", "Not enough.", errors: [FieldError(pointer: "/items/0", detail: "short")])
        }
    }
}

struct Boom: Error { let secret: String }
