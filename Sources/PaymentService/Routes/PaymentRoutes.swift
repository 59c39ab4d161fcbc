import Contracts
import HTTPTypes
import Hummingbird
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// `/api/v1/payments`.
struct PaymentRoutes: Sendable {
    let runtime: ServiceRuntime
    let payments: Payments
    let store = PaymentStore()
    let ledger = LedgerStore()

    private struct Position: Codable { var id: UUID }

    private struct RefundInput: Decodable, Sendable {
        var amountCents: Int64?
        var reason: String?

        enum CodingKeys: String, CodingKey {
            case reason
            case amountCents = "amount_cents"
        }
    }

    func add(to router: Router<ServiceRequestContext>) {
        let group = router.group("/api/v1/payments")
        group.get { request, context in try await list(request, context) }
        group.get(":id") { _, context in
            let principal = try context.requirePrincipal()
            guard let payment = try await store.payment(try context.uuid("id"), in: runtime.pool) else {
                throw Payments.notFound
            }
            try Self.check(principal, maySee: payment)
            return try JSONResponse(try await view(payment))
        }
        group.post(":id/refund") { request, context in
            try context.requireRole(.admin)
            let id = try context.uuid("id")
            let body = try await request.jsonBody()
            let input: RefundInput = try body.decode()
            var validation = Validation()
            validation.check(input.amountCents.map { $0 > 0 } ?? true, "/amount_cents", "must be more than 0")
            validation.check(
                (input.reason ?? "").unicodeScalars.count <= 500, "/reason", "must have at most 500 characters")
            try validation.finish()
            return try await runtime.idempotency.run(request, context, body) { transaction in
                let (entry, currency) = try await payments.refund(
                    id, cents: input.amountCents, reason: input.reason, in: transaction)
                return try JSONResponse(
                    RefundView(entry: entry, currency: currency), status: .created,
                    headers: [.location: "/api/v1/payments/\(id.text)"])
            }
        }
    }

    /// The payment of an order, or a person's payments, newest first: one's own, or for staff those of `user_id`.
    private func list(_ request: Request, _ context: ServiceRequestContext) async throws -> JSONResponse {
        let principal = try context.requirePrincipal()
        let query = Query(request)
        if let order = try query.uuid("order_id") {
            guard let payment = try await store.payment(order: order, in: runtime.pool) else {
                return try JSONResponse(Page<PaymentView>(items: [], nextCursor: nil))
            }
            try Self.check(principal, maySee: payment)
            return try JSONResponse(Page(items: [try await view(payment)], nextCursor: nil))
        }
        let user = try query.uuid("user_id") ?? principal.userID
        try context.requireOwner(user, or: .admin, .support)
        let page = try PageRequest(request)
        let position: Position? = try page.position()
        let found = try await store.payments(
            of: user, after: position?.id, limit: page.limit + 1, in: runtime.pool)
        var views: [PaymentView] = []
        for payment in found { views.append(try await view(payment)) }
        return try JSONResponse(
            try Page(
                fetched: views, limit: page.limit, position: { Position(id: $0.payment.id) }, item: { $0 }))
    }

    private func view(_ payment: Payment) async throws -> PaymentView {
        PaymentView(payment: payment, ledger: try await ledger.entries(of: payment.id, in: runtime.pool))
    }

    private static func check(_ principal: Principal, maySee payment: Payment) throws {
        guard payment.userID == principal.userID || [.admin, .support].contains(principal.role) else {
            throw Problem.forbidden()
        }
    }
}
