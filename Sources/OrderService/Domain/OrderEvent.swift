/// Who asks for a cancellation.
enum Canceller: Sendable, CaseIterable {
    case customer, admin, system
}

/// What can happen to an order: answers of the services its saga calls, events of theirs, wishes of people.
enum OrderEvent: Sendable, Hashable {
    // Answers
    case reserved
    case reservationRefused(CancelReason)
    case authorized
    /// The card was declined when authorizing, or the money could not be captured.
    case paymentFailed
    /// The payment service will take no payment for this order any more.
    case paymentClosed
    case captured
    case committed
    case commitRefused
    case shipmentCreated
    /// What the payment is after undoing it.
    case paymentCancelled(PaymentStatus)
    case released
    /// No answer, or none that says anything: the call may or may not have taken effect.
    case unavailable

    // Events
    case reservationExpired
    case paymentVoided
    case refunded(full: Bool)

    // Wishes
    case cancel(CancelReason, by: Canceller)
    case ship
    case deliver
}

/// An order cannot do what was wished in the state it is in.
struct InvalidTransition: Error, Sendable, Equatable {
    var from: OrderStatus
    var reason: String
}
