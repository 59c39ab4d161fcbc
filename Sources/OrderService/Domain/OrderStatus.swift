import PostgreSQL

/// Where an order is. `delivered` and `cancelled` are final.
enum OrderStatus: String, Codable, Sendable, CaseIterable, PostgresCodable {
    case pending, confirmed, shipped, delivered, cancelled
}

/// Where the order's payment is, as far as this service knows.
enum PaymentStatus: String, Codable, Sendable, CaseIterable, PostgresCodable {
    case pending, authorized, captured, failed, voided, refunded
}

/// Where the goods are.
enum FulfillmentStatus: String, Codable, Sendable, CaseIterable, PostgresCodable {
    case unfulfilled, processing, shipped, delivered, cancelled, returned
}

/// Whether money goes back.
enum RefundStatus: String, Codable, Sendable, CaseIterable, PostgresCodable {
    case none, pending, partial, processed
}

/// Why an order was cancelled.
enum CancelReason: String, Codable, Sendable, CaseIterable, PostgresCodable {
    case customerRequest = "customer_request"
    case admin
    case returned = "return"
    case paymentFailed = "payment_failed"
    case outOfStock = "out_of_stock"
    case reservationExpired = "reservation_expired"
    case userDeactivated = "user_deactivated"
    /// A service that was needed did not answer for too long.
    case unavailable
}
