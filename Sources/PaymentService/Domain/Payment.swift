import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The payment of one order: a state machine without I/O.
///
/// At most one operation is under way at the gateway at a time. A command or the end of an operation changes the value
/// and returns what has to be done for it, in the same transaction that stores the value.
struct Payment: Sendable, Equatable {
    let id: UUID
    let orderID: UUID
    /// `nil` for an order that was closed before it had a payment.
    let userID: UUID?
    let amountCents: Int64
    let currency: Currency
    let method: String?
    var status: PaymentStatus
    var goal: PaymentGoal
    var authorizedCents: Int64 = 0
    var capturedCents: Int64 = 0
    var refundedCents: Int64 = 0
    /// The hold was released.
    var isVoided = false
    var failureCode: String?
    /// The gateway's reference of the authorization.
    var gatewayTransactionID: String?
    /// The operation that is under way.
    var operation: OperationKind?
    var createdAt = Date()
    var authorizedAt: Date?
    var capturedAt: Date?

    /// What can still be refunded.
    var refundableCents: Int64 { capturedCents - refundedCents }
}

/// What has to be done for a change of a payment to be true.
enum PaymentAction: Sendable, Equatable {
    /// Write the intent of an operation. Late when the gateway has just refused one of the same kind.
    case begin(OperationKind, cents: Int64, late: Bool = false)
    /// Tell what happened to how much.
    case publish(EventType, cents: Int64)
}

/// Why a command is refused; the raw value is the problem's code.
enum PaymentRefusal: String, Error, Sendable {
    /// There is no authorized amount to capture.
    case notAuthorized = "payment_not_authorized"
    /// The order was cancelled.
    case closed = "payment_closed"
    /// Nothing was captured that could be refunded.
    case notCaptured = "payment_not_captured"
    /// More than what is left.
    case refundTooLarge = "refund_exceeds_captured"
    /// Another operation is under way.
    case inProgress = "payment_in_progress"
}
