import PostgreSQL

/// The mails that the shop sends.
enum TemplateName: String, Codable, Sendable, CaseIterable, PostgresEncodable, PostgresDecodable {
    case welcome
    case orderCreated = "order_created"
    case orderConfirmation = "order_confirmation"
    case orderShipped = "order_shipped"
    case orderDelivered = "order_delivered"
    case orderCancelled = "order_cancelled"
    case orderRefunded = "order_refunded"
    case paymentFailed = "payment_failed"
    case accountDeactivated = "account_deactivated"
    case lowStock = "low_stock"
    case outOfStock = "out_of_stock"
    /// Free text that an admin writes.
    case message
}
