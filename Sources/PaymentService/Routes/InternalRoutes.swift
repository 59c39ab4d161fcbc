import Contracts
import HTTPTypes
import Hummingbird
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What the order service asks for: authorize, capture and cancel, each idempotent by the order.
struct InternalRoutes: Sendable {
    let payments: Payments

    func add(to router: Router<ServiceRequestContext>) {
        let group = router.group("/internal/v1/payments").add(middleware: AllowedCallers(.order))
        group.post { request, _ in
            let input: AuthorizePaymentRequest = try await request.json()
            try Self.check(input)
            let (payment, isNew) = try await payments.authorize(input)
            return try JSONResponse(payment.response, status: isNew ? .created : .ok)
        }
        group.post(":order_id/capture") { _, context in
            try JSONResponse(try await payments.capture(order: try context.uuid("order_id")).response)
        }
        group.post(":order_id/cancel") { _, context in
            try JSONResponse(try await payments.cancel(order: try context.uuid("order_id")).response)
        }
    }

    private static func check(_ input: AuthorizePaymentRequest) throws {
        var validation = Validation()
        validation.check(input.amountCents > 0, "/amount_cents", "must be more than 0")
        validation.check(
            ["credit_card", "debit_card", "wallet"].contains(input.method), "/method",
            "must be credit_card, debit_card or wallet")
        validation.check(
            (1...255).contains(input.token.utf8.count) && !input.token.utf8.contains(0), "/token",
            "must have 1 to 255 characters")
        try validation.finish()
    }
}

extension Payment {
    /// What the order service is told.
    var response: PaymentResponse {
        PaymentResponse(
            paymentID: id, orderID: orderID, status: status.rawValue, amountCents: amountCents, currency: currency,
            failureCode: failureCode)
    }
}
