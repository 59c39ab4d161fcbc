#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Every `payment.*` event and `refund.processed`; the subject is the order.
public struct PaymentEventData: Codable, Sendable, Equatable {
    public var paymentID: UUID
    public var orderID: UUID
    public var userID: UUID
    /// What was authorized, captured or refunded by this event.
    public var amountCents: Int64
    public var currency: Currency
    public var status: String
    /// Only in `payment.failed`: `card_declined`, `insufficient_funds`, …
    public var failureCode: String?

    public init(
        paymentID: UUID, orderID: UUID, userID: UUID, amountCents: Int64, currency: Currency, status: String,
        failureCode: String? = nil
    ) {
        self.paymentID = paymentID
        self.orderID = orderID
        self.userID = userID
        self.amountCents = amountCents
        self.currency = currency
        self.status = status
        self.failureCode = failureCode
    }

    enum CodingKeys: String, CodingKey {
        case paymentID = "payment_id"
        case orderID = "order_id"
        case userID = "user_id"
        case amountCents = "amount_cents"
        case currency, status
        case failureCode = "failure_code"
    }
}
