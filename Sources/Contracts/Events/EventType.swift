/// The domain events; the raw value is the CloudEvents `type` and the routing key.
public enum EventType: String, Sendable, Codable, CaseIterable, Hashable {
    case userRegistered = "user.registered"
    case userUpdated = "user.updated"
    case userDeactivated = "user.deactivated"
    case userPasswordResetRequested = "user.password_reset_requested"
    case userEmailVerificationRequested = "user.email_verification_requested"

    case productCreated = "product.created"
    case productUpdated = "product.updated"
    case productPriceChanged = "product.price_changed"
    case productActivated = "product.activated"
    case productDeactivated = "product.deactivated"
    case productOutOfStock = "product.out_of_stock"
    case inventoryLowStock = "inventory.low_stock"
    case inventoryReserved = "inventory.reserved"
    case inventoryReservationFailed = "inventory.reservation_failed"
    case inventoryCommitted = "inventory.committed"
    case inventoryReleased = "inventory.released"
    case inventoryExpired = "inventory.expired"

    case orderCreated = "order.created"
    case orderConfirmed = "order.confirmed"
    case orderShipped = "order.shipped"
    case orderDelivered = "order.delivered"
    case orderCancelled = "order.cancelled"
    case orderRefunded = "order.refunded"

    case shipmentCreated = "shipment.created"
    case shipmentUpdated = "shipment.updated"
    case shipmentDelivered = "shipment.delivered"

    case paymentAuthorized = "payment.authorized"
    case paymentCaptured = "payment.captured"
    case paymentFailed = "payment.failed"
    case paymentExpired = "payment.expired"
    case paymentVoided = "payment.voided"
    case refundProcessed = "refund.processed"
}
