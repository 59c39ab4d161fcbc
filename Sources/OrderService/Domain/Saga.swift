import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What an order's saga does next; the persisted half of its memory. Each step is one call that can be repeated without
/// harm, because the services called know the order's id.
enum SagaStep: String, Sendable, CaseIterable, PostgresCodable {
    /// Hold the stock.
    case reserve
    /// Authorize the payment; success confirms the order.
    case authorize
    /// Wait for the captured payment; ask for it when it has not come in time.
    case capture
    /// Wait for the committed stock; ask for it when it has not come in time.
    case commit
    /// Create the shipment.
    case ship
    /// Undo the payment: void an authorization, refund a capture, close what never was.
    case cancelPayment = "cancel_payment"
    /// Undo the reservation, or close what never was.
    case release
    case done
}

/// The saga of one order, as it is persisted.
struct Saga: Sendable, Equatable {
    var step: SagaStep
    /// Calls of this step that had no answer.
    var attempts: Int
    /// When the step's call is due.
    var due: Date
    /// Until when the order may wait for stock and payment before it is given up.
    var giveUpAt: Date
    /// Whether the stock was reported as committed, which may happen before the payment is captured.
    var stockCommitted: Bool

    init(startingAt now: Date) {
        step = .reserve
        attempts = 0
        due = now
        giveUpAt = now.addingTimeInterval(Self.patience)
        stockCommitted = false
    }

    init(step: SagaStep, attempts: Int, due: Date, giveUpAt: Date, stockCommitted: Bool) {
        self.step = step
        self.attempts = attempts
        self.due = due
        self.giveUpAt = giveUpAt
        self.stockCommitted = stockCommitted
    }

    /// Seconds an order may wait for stock and payment: less than a reservation lasts.
    static let patience: TimeInterval = 600
    /// Seconds to wait for the event that a confirmed order brings about, before asking for it.
    static let eventDeadline: TimeInterval = 5

    /// Whether there is a call to make now.
    func isDue(at now: Date) -> Bool { step != .done && due <= now }

    mutating func advance(to next: SagaStep, at now: Date, after delay: TimeInterval = 0) {
        step = next
        attempts = 0
        due = now.addingTimeInterval(delay)
    }

    /// Comes back later: 0.2 s, doubling up to 30 s.
    mutating func backOff(at now: Date) {
        attempts += 1
        due = now.addingTimeInterval(min(30, 0.1 * Double(1 << min(attempts, 10))))
    }
}
