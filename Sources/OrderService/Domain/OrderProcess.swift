import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The state of an order: what people see of it and where its saga is.
///
/// A pure value. `handle` takes an event, changes the state and returns the domain events to publish, which the caller
/// writes in one transaction under the order row's lock. Events that come late, twice or out of turn change nothing.
struct OrderProcess: Sendable, Equatable {
    var status: OrderStatus
    var payment: PaymentStatus
    var fulfillment: FulfillmentStatus
    var refund: RefundStatus
    /// Set when the order is, or is about to be, cancelled.
    var cancelReason: CancelReason?
    var saga: Saga

    init(startingAt now: Date) {
        status = .pending
        payment = .pending
        fulfillment = .unfulfilled
        refund = .none
        saga = Saga(startingAt: now)
    }

    init(
        status: OrderStatus, payment: PaymentStatus, fulfillment: FulfillmentStatus, refund: RefundStatus,
        cancelReason: CancelReason?, saga: Saga
    ) {
        self.status = status
        self.payment = payment
        self.fulfillment = fulfillment
        self.refund = refund
        self.cancelReason = cancelReason
        self.saga = saga
    }

    /// Throws `InvalidTransition` for a wish that cannot be granted; never for answers and events.
    mutating func handle(_ event: OrderEvent, at now: Date) throws(InvalidTransition) -> [EventType] {
        switch event {
        case .reserved:
            if saga.step == .reserve { saga.advance(to: .authorize, at: now) }
            return []
        case .reservationRefused(let reason):
            // A refusal is final: had an earlier try taken effect, this one would have been told so. The event lets
            // the stock's owner close the order's account all the same.
            guard saga.step == .reserve else { return [] }
            saga.advance(to: .done, at: now)
            if payment == .pending { payment = .voided }
            return cancelled(reason)
        case .authorized: return authorized(at: now)
        case .paymentFailed: return paymentFailed(at: now)
        case .paymentClosed:
            guard saga.step == .authorize else { return [] }
            payment = .voided
            cancelReason = cancelReason ?? .paymentFailed
            saga.advance(to: .release, at: now)
            return []
        case .captured: return captured(at: now)
        case .committed:
            saga.stockCommitted = true
            if saga.step == .commit { saga.advance(to: .ship, at: now) }
            return []
        case .commitRefused:
            guard saga.step == .commit else { return [] }
            return undone(.outOfStock, at: now)
        case .shipmentCreated:
            guard saga.step == .ship else { return [] }
            saga.advance(to: .done, at: now)
            fulfillment = .processing
            return [.shipmentCreated]
        case .paymentCancelled(let status):
            let events = paymentUndone(status)
            if saga.step == .cancelPayment { saga.advance(to: .release, at: now) }
            return events
        case .released:
            guard saga.step == .release else { return [] }
            saga.advance(to: .done, at: now)
            // There was no payment, and there will be none.
            if payment == .pending { payment = .voided }
            return status == .pending ? cancelled(cancelReason ?? .unavailable) : []
        case .unavailable: return unavailable(at: now)
        case .reservationExpired:
            // Before the payment is authorized there is a way back; afterwards committing takes the stock again or
            // fails.
            guard saga.step == .authorize else { return [] }
            cancelReason = cancelReason ?? .reservationExpired
            saga.advance(to: .cancelPayment, at: now)
            return []
        case .paymentVoided: return paymentUndone(.voided)
        case .refunded(let full):
            if full { return paymentUndone(.refunded) }
            if refund != .processed { refund = .partial }
            return []
        case .cancel(let reason, let canceller): return try cancel(reason, by: canceller, at: now)
        case .ship: return try ship()
        case .deliver:
            guard status == .shipped else {
                throw InvalidTransition(from: status, reason: "Only a shipped order can be delivered.")
            }
            status = .delivered
            fulfillment = .delivered
            return [.orderDelivered, .shipmentDelivered]
        }
    }

    // MARK: Forwards

    private mutating func authorized(at now: Date) -> [EventType] {
        if payment == .pending { payment = .authorized }
        guard saga.step == .authorize, status == .pending else { return [] }
        status = .confirmed
        saga.advance(to: .capture, at: now, after: Saga.eventDeadline)
        return [.orderConfirmed]
    }

    private mutating func captured(at now: Date) -> [EventType] {
        if payment == .pending || payment == .authorized { payment = .captured }
        guard saga.step == .capture else {
            // Cancelled meanwhile: the money goes back.
            if status == .cancelled, payment == .captured, refund == .none { refund = .pending }
            return []
        }
        if saga.stockCommitted {
            saga.advance(to: .ship, at: now)
        } else {
            saga.advance(to: .commit, at: now, after: Saga.eventDeadline)
        }
        return []
    }

    private mutating func ship() throws(InvalidTransition) -> [EventType] {
        guard status == .confirmed else {
            throw InvalidTransition(from: status, reason: "Only a confirmed order can be shipped.")
        }
        guard saga.step == .done else {
            throw InvalidTransition(from: status, reason: "Payment and stock are not settled yet.")
        }
        guard payment == .captured else {
            throw InvalidTransition(from: status, reason: "The payment has been returned.")
        }
        status = .shipped
        fulfillment = .shipped
        return [.orderShipped, .shipmentUpdated]
    }

    // MARK: Backwards

    private mutating func paymentFailed(at now: Date) -> [EventType] {
        switch saga.step {
        case .authorize:
            payment = .failed
            cancelReason = cancelReason ?? .paymentFailed
            saga.advance(to: .release, at: now)
            return []
        case .capture:
            payment = .failed
            return undone(.paymentFailed, at: now)
        default:
            if payment == .pending { payment = .failed }
            return []
        }
    }

    private mutating func unavailable(at now: Date) -> [EventType] {
        guard saga.step == .reserve || saga.step == .authorize, now >= saga.giveUpAt else {
            if saga.step != .done { saga.backOff(at: now) }
            return []
        }
        cancelReason = cancelReason ?? .unavailable
        saga.advance(to: saga.step == .reserve ? .release : .cancelPayment, at: now)
        return []
    }

    private mutating func cancel(
        _ reason: CancelReason, by canceller: Canceller, at now: Date
    ) throws(InvalidTransition) -> [EventType] {
        switch (status, canceller) {
        case (.pending, _):
            switch saga.step {
            case .reserve: saga.advance(to: .release, at: now)
            case .authorize: saga.advance(to: .cancelPayment, at: now)
            default: break
            }
            return cancelled(cancelReason ?? reason)
        case (.confirmed, .admin), (.shipped, .admin):
            return undone(reason, at: now)
        case (.confirmed, _), (.shipped, _):
            throw InvalidTransition(from: status, reason: "The order can no longer be cancelled by this request.")
        case (.delivered, _), (.cancelled, _):
            throw InvalidTransition(from: status, reason: "The order is \(status.rawValue).")
        }
    }

    /// Cancels a confirmed or shipped order: money and stock go back afterwards.
    private mutating func undone(_ reason: CancelReason, at now: Date) -> [EventType] {
        saga.advance(to: .cancelPayment, at: now)
        return cancelled(reason)
    }

    private mutating func cancelled(_ reason: CancelReason) -> [EventType] {
        fulfillment = status == .shipped ? .returned : .cancelled
        status = .cancelled
        cancelReason = reason
        if payment == .captured, refund != .processed { refund = .pending }
        return [.orderCancelled]
    }

    private mutating func paymentUndone(_ result: PaymentStatus) -> [EventType] {
        switch result {
        case .refunded:
            payment = .refunded
            guard refund != .processed else { return [] }
            refund = .processed
            return [.orderRefunded]
        case .voided:
            if payment == .pending || payment == .authorized { payment = .voided }
            return []
        case .failed:
            if payment == .pending { payment = .failed }
            return []
        case .pending, .authorized, .captured: return []
        }
    }
}
