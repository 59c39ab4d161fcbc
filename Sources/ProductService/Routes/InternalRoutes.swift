import Contracts
import Hummingbird
import PostgreSQL
import ServiceFoundation

/// What the order service asks of the catalogue and the stock.
struct InternalRoutes: Sendable {
    let pool: PostgresPool
    let reservations: Reservations

    static let maximumLines = 200

    func add(to router: Router<ServiceRequestContext>) {
        router.group("/internal/v1/products").add(middleware: AllowedCallers(.order))
            .post("lookup") { request, _ in try await lookup(request) }
        router.group("/internal/v1/reservations").add(middleware: AllowedCallers(.order))
            .post { request, _ in try await reserve(request) }
            .post(":order_id/commit") { _, context in try await settle(.commit, context) }
            .post(":order_id/release") { _, context in try await settle(.release, context) }
    }

    private func lookup(_ request: Request) async throws -> JSONResponse {
        let wanted = try await request.json(ProductLookupRequest.self)
        var validation = Validation()
        validation.check(
            (1...Self.maximumLines).contains(wanted.skus.count), "/skus", "must have 1 to \(Self.maximumLines) SKUs")
        try validation.finish()
        return try JSONResponse(
            ProductLookupResponse(items: try await ProductStore().sellable(wanted.skus, in: pool)))
    }

    private func reserve(_ request: Request) async throws -> JSONResponse {
        let wanted = try await request.json(ReservationRequest.self)
        var validation = Validation()
        validation.check(
            (1...Self.maximumLines).contains(wanted.lines.count), "/lines", "must have 1 to \(Self.maximumLines) lines")
        for (index, line) in wanted.lines.enumerated() {
            validation.check(
                (1...1_000_000).contains(line.quantity), "/lines/\(index)/quantity", "must be 1 to 1000000")
        }
        try validation.finish()
        do {
            let (reservation, isNew) = try await reservations.reserve(wanted)
            return try JSONResponse(reservation.response, status: isNew ? .created : .ok)
        } catch let refusal as ReservationRefusal {
            throw refusal.problem
        }
    }

    private func settle(_ command: ReservationCommand, _ context: ServiceRequestContext) async throws -> JSONResponse {
        let order = try context.uuid("order_id")
        do {
            return try JSONResponse(try await reservations.settle(order, command).response)
        } catch let refusal as ReservationRefusal {
            throw refusal.problem
        }
    }
}
