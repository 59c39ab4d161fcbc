import Contracts
import Foundation

@testable import OrderService

/// A model of one order and everything around it: the order's process, what the product and payment services hold for
/// it, and the events that are on their way. Small enough to visit every state it can get into.
struct OrderWorld: Hashable {
    enum Reservation: Hashable { case none, active, committed, released, expired }
    enum Payment: Hashable { case none, authorized, captured, failed, voided, refunded }

    /// An event on its way from one service's outbox to another service.
    enum Message: Hashable {
        case confirmedToProduct, confirmedToPayment, cancelledToProduct, cancelledToPayment
        case captured, failed, voided, refunded, committed, expired
    }

    var order: Face
    var reservation = Reservation.none
    var payment = Payment.none
    /// Delivered in any order, each at least once.
    var messages: Set<Message> = []
    /// Calls on their way, whose step may be over by the time they arrive; nobody waits for their answers.
    var requests: Set<SagaStep> = []
    /// An answer on its way to the worker that waits for it.
    var answer: OrderEvent?
    var hasStock: Bool
    var cardWorks: Bool

    /// The order's process without times, so that equal states are equal.
    struct Face: Hashable {
        var status: OrderStatus
        var payment: PaymentStatus
        var fulfillment: FulfillmentStatus
        var refund: RefundStatus
        var reason: CancelReason?
        var step: SagaStep
        var stockCommitted: Bool
        var gaveUp: Bool
    }

    static let now = Date(timeIntervalSince1970: 1_000_000)

    init(hasStock: Bool, cardWorks: Bool) {
        self.hasStock = hasStock
        self.cardWorks = cardWorks
        self.order = Face(OrderProcess(startingAt: Self.now), gaveUp: false)
    }

    // MARK: What can happen next

    /// Every world that one happening leads to.
    var successors: [OrderWorld] {
        var next: [OrderWorld] = []
        func add(_ change: (inout OrderWorld) -> Void) {
            var world = self
            change(&world)
            if world != self { next.append(world) }
        }
        if order.step != .done {
            // The call arrives and its answer is on its way; the call is late and its answer lost; both are lost.
            if answer == nil {
                add { $0.answer = $0.call(order.step) }
                if requests.isEmpty {
                    add { world in
                        world.requests.insert(order.step)
                        world.handle(.unavailable)
                    }
                }
            }
            add { $0.handle(.unavailable) }
            add { world in
                world.order.gaveUp = true
                world.handle(.unavailable)
            }
        }
        if let answer {
            add { world in
                world.answer = nil
                world.handle(answer)
            }
        }
        for request in requests {
            add { world in
                world.requests.remove(request)
                _ = world.call(request)
            }
        }
        for message in messages {
            add { world in
                world.messages.remove(message)
                world.receive(message)
            }
            add { $0.receive(message) }
        }
        add { $0.handle(.cancel(.customerRequest, by: .customer)) }
        add { $0.handle(.cancel(.admin, by: .admin)) }
        add { $0.handle(.ship) }
        add { $0.handle(.deliver) }
        if reservation == .active {
            add { world in
                world.reservation = .expired
                world.messages.insert(.expired)
            }
        }
        return next
    }

    /// Whether nothing happens any more unless somebody wishes it.
    var isQuiet: Bool { order.step == .done && messages.isEmpty && requests.isEmpty && answer == nil }

    // MARK: The order

    /// The saga's call takes effect and is answered.
    mutating func callAndHandle() {
        let event = call(order.step)
        handle(event)
    }

    /// Everything that is on its way arrives.
    mutating func settleNetwork() {
        if let answer { handle(answer) }
        answer = nil
        for request in requests { _ = call(request) }
        requests = []
        while let message = messages.popFirst() { receive(message) }
    }

    mutating func handle(_ event: OrderEvent) {
        var process = order.process
        guard let types = try? process.handle(event, at: Self.now) else { return }
        order = Face(process, gaveUp: order.gaveUp)
        for type in types {
            switch type {
            case .orderConfirmed: messages.formUnion([.confirmedToProduct, .confirmedToPayment])
            case .orderCancelled: messages.formUnion([.cancelledToProduct, .cancelledToPayment])
            default: break
            }
        }
    }

    mutating func receive(_ message: Message) {
        switch message {
        case .confirmedToProduct: commitStock()
        case .confirmedToPayment: capture()
        case .cancelledToProduct: releaseStock()
        case .cancelledToPayment: cancelPayment()
        case .captured: handle(.captured)
        case .failed: handle(.paymentFailed)
        case .voided: handle(.paymentVoided)
        case .refunded: handle(.refunded(full: true))
        case .committed: handle(.committed)
        case .expired: handle(.reservationExpired)
        }
    }

    // MARK: The services around it, as their contracts say

    /// The saga's call takes effect; the event that its answer means.
    private mutating func call(_ step: SagaStep) -> OrderEvent {
        switch step {
        case .reserve:
            switch reservation {
            case .none:
                guard hasStock else { return .reservationRefused(.outOfStock) }
                reservation = .active
                return .reserved
            case .active, .committed: return .reserved
            case .released, .expired: return .reservationRefused(.reservationExpired)
            }
        case .authorize:
            switch payment {
            case .none:
                payment = cardWorks ? .authorized : .failed
                if !cardWorks { messages.insert(.failed) }
                return cardWorks ? .authorized : .paymentFailed
            case .authorized, .captured: return .authorized
            case .failed: return .paymentFailed
            case .voided, .refunded: return .paymentClosed
            }
        case .capture:
            capture()
            return payment == .captured ? .captured : .paymentFailed
        case .commit:
            commitStock()
            return reservation == .committed ? .committed : .commitRefused
        case .ship: return .shipmentCreated
        case .cancelPayment:
            cancelPayment()
            return switch payment {
            case .refunded: .paymentCancelled(.refunded)
            case .failed: .paymentCancelled(.failed)
            default: .paymentCancelled(.voided)
            }
        case .release:
            releaseStock()
            return .released
        case .done: return .unavailable
        }
    }

    private mutating func capture() {
        guard payment == .authorized else { return }
        payment = .captured
        messages.insert(.captured)
    }

    private mutating func cancelPayment() {
        switch payment {
        case .none: payment = .voided
        case .authorized:
            payment = .voided
            messages.insert(.voided)
        case .captured:
            payment = .refunded
            messages.insert(.refunded)
        case .failed, .voided, .refunded: break
        }
    }

    private mutating func commitStock() {
        switch reservation {
        case .active:
            reservation = .committed
            messages.insert(.committed)
        case .expired where hasStock:
            reservation = .committed
            messages.insert(.committed)
        case .none, .committed, .released, .expired: break
        }
    }

    private mutating func releaseStock() { reservation = .released }
}

extension OrderWorld.Face {
    init(_ process: OrderProcess, gaveUp: Bool) {
        self.init(
            status: process.status, payment: process.payment, fulfillment: process.fulfillment,
            refund: process.refund, reason: process.cancelReason, step: process.saga.step,
            stockCommitted: process.saga.stockCommitted, gaveUp: gaveUp)
    }

    var process: OrderProcess {
        let now = OrderWorld.now
        return OrderProcess(
            status: status, payment: payment, fulfillment: fulfillment, refund: refund, cancelReason: reason,
            saga: Saga(
                step: step, attempts: 0, due: now, giveUpAt: gaveUp ? now : now.addingTimeInterval(1),
                stockCommitted: stockCommitted))
    }
}
