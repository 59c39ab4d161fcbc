#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// `POST /internal/v1/payments` of the payment service: authorize the amount, once per order. 201 the first time and
/// 200 for a repetition with the stored outcome, both with a ``PaymentResponse`` – a declined card too (status
/// `failed`); 409 `payment_closed` when the order's payment was already voided, 422 on another amount for the order.
public struct AuthorizePaymentRequest: Codable, Sendable, Equatable {
    public var orderID: UUID
    public var userID: UUID
    public var amountCents: Int64
    public var currency: Currency
    /// credit_card, debit_card, wallet.
    public var method: String
    /// The gateway's token for the means of payment, `tok_visa`.
    public var token: String

    public init(orderID: UUID, userID: UUID, amountCents: Int64, currency: Currency, method: String, token: String) {
        self.orderID = orderID
        self.userID = userID
        self.amountCents = amountCents
        self.currency = currency
        self.method = method
        self.token = token
    }

    enum CodingKeys: String, CodingKey {
        case orderID = "order_id"
        case userID = "user_id"
        case amountCents = "amount_cents"
        case currency, method, token
    }
}

/// Also the answer of `POST /internal/v1/payments/{order_id}/capture` and `…/cancel` (voids an authorization,
/// refunds a capture, and closes an order that has no payment yet), both idempotent.
public struct PaymentResponse: Codable, Sendable, Equatable {
    public var paymentID: UUID
    public var orderID: UUID
    /// pending, authorized, captured, failed, voided, refunded.
    public var status: String
    public var amountCents: Int64
    public var currency: Currency
    public var failureCode: String?

    public init(
        paymentID: UUID, orderID: UUID, status: String, amountCents: Int64, currency: Currency, failureCode: String?
    ) {
        self.paymentID = paymentID
        self.orderID = orderID
        self.status = status
        self.amountCents = amountCents
        self.currency = currency
        self.failureCode = failureCode
    }

    enum CodingKeys: String, CodingKey {
        case paymentID = "payment_id"
        case orderID = "order_id"
        case status, currency
        case amountCents = "amount_cents"
        case failureCode = "failure_code"
    }
}
