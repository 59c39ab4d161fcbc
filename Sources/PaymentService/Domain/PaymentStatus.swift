import PostgreSQL

/// Where a payment is.
enum PaymentStatus: String, Codable, Sendable, CaseIterable, PostgresEncodable, PostgresDecodable {
    /// The gateway has not answered yet.
    case pending
    /// The amount is held on the customer's card.
    case authorized
    /// The amount is ours; part of it may have been refunded.
    case captured
    /// Declined, at authorization or at capture.
    case failed
    /// The hold was released, or the order was closed before it had a payment.
    case voided
    /// All of what was captured went back.
    case refunded
}

/// What the payment is to become: decides what is done next whenever an operation ends.
enum PaymentGoal: String, Sendable, PostgresEncodable, PostgresDecodable {
    case authorize, capture, cancel
}

/// What can be asked of a gateway; also the kinds of rows in the ledger.
enum OperationKind: String, Codable, Sendable, CaseIterable, PostgresEncodable, PostgresDecodable {
    case authorize, capture, void, refund
}

/// How far an operation is.
enum OperationStatus: String, Codable, Sendable, PostgresEncodable, PostgresDecodable {
    case pending, succeeded, failed
}

/// How the gateway ended an operation.
enum OperationOutcome: Sendable, Equatable {
    /// With the gateway's reference.
    case approved(String)
    /// With the gateway's reason, `card_declined`.
    case declined(String)
}
