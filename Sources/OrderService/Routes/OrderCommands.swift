import Contracts
import Hummingbird
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Cancelling orders, and moving them on by hand.
struct OrderCommands: Sendable {
    let pool: PostgresPool
    let idempotency: Idempotency
    let transitions: OrderTransitions
    let runner: SagaRunner
    let carrier: MockCarrier

    func add(to router: Router<ServiceRequestContext>) {
        router.post("/api/v1/orders/:id/cancel") { request, context in try await cancel(request, context) }
        router.put("/api/v1/orders/:id/status") { request, context in try await setStatus(request, context) }
    }

    // MARK: Cancelling

    private func cancel(_ request: Request, _ context: ServiceRequestContext) async throws -> JSONResponse {
        let principal = try context.requirePrincipal()
        let id = try context.uuid("id")
        let body = JSONBody(bytes: [])
        let response = try await idempotency.run(request, context, body, required: false) { transaction in
            guard let order = try await transitions.orders.order(id, in: transaction) else {
                throw OrderProblems.notFound
            }
            let isOwner = principal.userID == order.userID
            if !isOwner { try context.requireOwner(order.userID, or: .admin) }
            let event: OrderEvent =
                if isOwner, principal.role != .admin {
                    .cancel(.customerRequest, by: .customer)
                } else {
                    .cancel(order.process.status == .shipped ? .returned : .admin, by: .admin)
                }
            return try await apply(event, to: id, in: transaction)
        }
        // Money and stock usually are back before the answer is.
        await runner.drive(id)
        return response
    }

    // MARK: Moving on

    private struct StatusInput: Decodable {
        var status: OrderStatus
        var trackingNumber: String?
        var carrier: String?

        enum CodingKeys: String, CodingKey {
            case status, carrier
            case trackingNumber = "tracking_number"
        }

        func validate() throws {
            var validation = Validation()
            if let trackingNumber {
                validation.check(
                    (1...100).contains(trackingNumber.count)
                        && trackingNumber.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F },
                    "/tracking_number", "must be 1 to 100 printable ASCII characters")
            }
            if let carrier {
                validation.check(
                    (1...50).contains(carrier.count) && carrier.unicodeScalars.allSatisfy { $0.value >= 0x20 },
                    "/carrier", "must have 1 to 50 characters")
            }
            try validation.finish()
        }
    }

    private func setStatus(_ request: Request, _ context: ServiceRequestContext) async throws -> JSONResponse {
        try context.requireRole(.admin)
        let id = try context.uuid("id")
        let body = try await request.jsonBody()
        let input = try body.decode(StatusInput.self)
        try input.validate()
        let response = try await idempotency.run(request, context, body, required: false) { transaction in
            guard let order = try await transitions.orders.order(id, in: transaction) else {
                throw OrderProblems.notFound
            }
            switch input.status {
            case .shipped:
                let tracking = Tracking(
                    carrier: input.carrier ?? order.tracking?.carrier ?? "mock",
                    number: input.trackingNumber ?? order.tracking?.number ?? "",
                    url: order.tracking?.url ?? carrier.url(id))
                return try await apply(.ship, facts: TransitionFacts(tracking: tracking), to: id, in: transaction)
            case .delivered: return try await apply(.deliver, to: id, in: transaction)
            case .cancelled:
                return try await apply(
                    .cancel(order.process.status == .shipped ? .returned : .admin, by: .admin), to: id,
                    in: transaction)
            case .pending, .confirmed:
                throw Problem.conflict("invalid_transition", "An order becomes \(input.status.rawValue) by itself.")
            }
        }
        if input.status == .cancelled { await runner.drive(id) }
        return response
    }

    private func apply(
        _ event: OrderEvent, facts: TransitionFacts = TransitionFacts(), to id: UUID,
        in transaction: PostgresTransaction
    ) async throws -> JSONResponse {
        do {
            guard let record = try await transitions.apply(event, facts: facts, to: id, in: transaction) else {
                throw OrderProblems.notFound
            }
            let lines = try await transitions.orders.lines(of: [id], in: transaction)
            return try JSONResponse(OrderView(order: record.order, lines: lines[id] ?? []))
        } catch let error as InvalidTransition {
            throw OrderProblems.invalidTransition(error)
        }
    }
}
