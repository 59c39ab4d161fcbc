import Contracts
import HTTPTypes
import Hummingbird
import Logging
import ServiceFoundation
import Synchronization

/// `POST /api/v1/orders`.
struct CheckoutRoute: Sendable {
    let checkout: Checkout
    let idempotency: Idempotency
    let runner: SagaRunner
    let logger: Logger

    func add(to router: Router<ServiceRequestContext>) {
        router.post("/api/v1/orders") { request, context in try await place(request, context) }
    }

    private func place(_ request: Request, _ context: ServiceRequestContext) async throws -> JSONResponse {
        let principal = try context.requirePrincipal()
        let body = try await request.jsonBody()
        let input = try body.decode(CheckoutInput.self)
        try input.validate()
        // A replay needs none of this, so what goes wrong here counts only once the key has turned out to be new.
        let prepared: Result<Checkout.Prepared, any Error>
        do {
            prepared = .success(try await checkout.prepare(input, for: principal.userID))
        } catch {
            prepared = .failure(error)
        }
        // What this request placed itself; a replay places nothing.
        let placed = Mutex<Checkout.Placed?>(nil)
        let response = try await idempotency.run(request, context, body) { transaction in
            let order = try await checkout.place(try prepared.get(), in: transaction)
            placed.withLock { $0 = order }
            return try JSONResponse(
                order.view, status: .created, headers: [.location: "/api/v1/orders/\(order.record.order.id.text)"])
        }
        // A transaction that was run again may have met the order of a repetition: then its own was rolled back.
        if response.headers[.idempotencyReplayed] == nil, let order = placed.withLock({ $0 }) {
            runner.start(order.record)
            if order.fromCart { await emptyCart(of: order) }
        }
        return response
    }

    private func emptyCart(of order: Checkout.Placed) async {
        let owner = CartOwner.user(order.record.order.userID)
        do {
            try await checkout.carts?.take(order.lines.map { ($0.sku, $0.quantity) }, from: owner)
        } catch {
            // The order stands; a full cart is a nuisance, not an error.
            logger.warning("cart not emptied", metadata: ["error": "\(error)"])
        }
    }
}
