import Contracts
import Hummingbird
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Reading orders: customers their own, support and admins all.
struct OrderRoutes: Sendable {
    let pool: PostgresPool
    private let orders = OrderStore()

    init(pool: PostgresPool) { self.pool = pool }

    func add(to router: Router<ServiceRequestContext>) {
        router.get("/api/v1/orders") { request, context in
            let principal = try context.requirePrincipal()
            let query = Query(request)
            var user: UUID? = principal.userID
            if principal.role == .admin || principal.role == .support {
                user = try query.uuid("user_id")
            } else if let wanted = try query.uuid("user_id"), wanted != principal.userID {
                throw Problem.forbidden()
            }
            return try await list(request, query, of: user)
        }
        router.get("/api/v1/orders/:id") { _, context in
            let order = try await order(context)
            let lines = try await orders.lines(of: [order.id], in: pool)
            return try JSONResponse(OrderView(order: order, lines: lines[order.id] ?? []))
        }
        router.get("/api/v1/orders/:id/shipments") { _, context in
            let order = try await order(context)
            let shipments = try await ShipmentStore().shipments(of: order.id, in: pool)
            return try JSONResponse(Page(items: shipments, nextCursor: nil))
        }
    }

    func addInternal(to router: Router<ServiceRequestContext>) {
        router.group("/internal/v1/users").add(middleware: AllowedCallers(.user))
            .get(":user_id/orders") { request, context in
                try await list(request, Query(request), of: try context.uuid("user_id"))
            }
    }

    private func order(_ context: ServiceRequestContext) async throws -> Order {
        let principal = try context.requirePrincipal()
        let id = try context.uuid("id")
        guard let order = try await orders.order(id, in: pool) else { throw OrderProblems.notFound }
        if principal.userID != order.userID { try context.requireOwner(order.userID, or: .admin, .support) }
        return order
    }

    private struct Position: Codable {
        var id: UUID
    }

    private func list(_ request: Request, _ query: Query, of user: UUID?) async throws -> JSONResponse {
        let page = try PageRequest(request)
        let position: Position? = try page.position()
        let filter = OrderFilter(
            userID: user, status: try query.choice("status"), from: try query.date("from"), to: try query.date("to"))
        let found = try await orders.orders(filter, before: position?.id, limit: page.limit + 1, in: pool)
        let lines = try await orders.lines(of: found.prefix(page.limit).map(\.id), in: pool)
        return try JSONResponse(
            Page(
                fetched: found, limit: page.limit, position: { Position(id: $0.id) },
                item: { OrderView(order: $0, lines: lines[$0.id] ?? []) }))
    }
}

enum OrderProblems {
    static let notFound = Problem.notFound("order_not_found", "There is no such order.")

    static func invalidTransition(_ error: InvalidTransition) -> Problem {
        .conflict("invalid_transition", error.reason)
    }
}
