import Contracts
import Metrics
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Makes the call of a saga's step and tells what its answer means. What does not say for certain that the call had no
/// effect is `unavailable`: it is made again, not taken as failed.
struct SagaCalls: Sendable {
    let peers: any PeerCalling
    let carrier: any Carrier

    /// The event that follows from the step's call, `nil` when there is nothing to call.
    func event(for record: OrderRecord) async -> (OrderEvent, TransitionFacts)? {
        let step = record.order.process.saga.step
        guard step != .done else { return nil }
        let start = ContinuousClock.now
        let result = await answer(step, record)
        let outcome = result.0 == .unavailable ? "unavailable" : "answered"
        Metrics.Timer(label: "saga_call_duration", dimensions: [("step", step.rawValue), ("result", outcome)])
            .record(duration: ContinuousClock.now - start)
        return result
    }

    private func answer(_ step: SagaStep, _ record: OrderRecord) async -> (OrderEvent, TransitionFacts) {
        let order = record.order.id.text
        switch step {
        case .reserve: return (await reserve(record), TransitionFacts())
        case .authorize: return await authorize(record)
        case .capture: return (await capture(order), TransitionFacts())
        case .commit: return (await commit(order), TransitionFacts())
        case .ship: return await ship(record)
        case .cancelPayment: return (await cancelPayment(order), TransitionFacts())
        case .release: return (await release(order), TransitionFacts())
        case .done: return (.unavailable, TransitionFacts())
        }
    }

    private func reserve(_ record: OrderRecord) async -> OrderEvent {
        let request = ReservationRequest(orderID: record.order.id, lines: record.stockLines)
        do {
            let _: ReservationResponse = try await peers.post(.product, "/internal/v1/reservations", request)
            return .reserved
        } catch PeerError.problem(_, let problem) where problem.status == 409 || problem.status == 422 {
            return .reservationRefused(problem.code == "reservation_closed" ? .reservationExpired : .outOfStock)
        } catch {
            return .unavailable
        }
    }

    private func authorize(_ record: OrderRecord) async -> (OrderEvent, TransitionFacts) {
        let order = record.order
        let request = AuthorizePaymentRequest(
            orderID: order.id, userID: order.userID, amountCents: order.totals.totalCents, currency: order.currency,
            method: order.paymentMethod, token: record.paymentToken ?? "")
        do {
            let payment: PaymentResponse = try await peers.post(.payment, "/internal/v1/payments", request)
            let facts = TransitionFacts(paymentID: payment.paymentID)
            switch PaymentStatus(rawValue: payment.status) {
            case .authorized, .captured: return (.authorized, facts)
            case .failed: return (.paymentFailed, facts)
            case .voided, .refunded: return (.paymentClosed, facts)
            case .pending, nil: return (.unavailable, TransitionFacts())
            }
        } catch PeerError.problem(_, let problem) where problem.status == 409 && problem.code == "payment_closed" {
            return (.paymentClosed, TransitionFacts())
        } catch PeerError.problem(_, let problem) where problem.status == 422 {
            return (.paymentFailed, TransitionFacts())
        } catch {
            return (.unavailable, TransitionFacts())
        }
    }

    private func capture(_ order: String) async -> OrderEvent {
        do {
            let payment: PaymentResponse = try await peers.post(
                .payment, "/internal/v1/payments/\(order)/capture", Empty())
            return switch PaymentStatus(rawValue: payment.status) {
            case .captured: .captured
            case .failed, .voided, .refunded: .paymentFailed
            case .pending, .authorized, nil: .unavailable
            }
        } catch PeerError.problem(_, let problem) where problem.status == 409 || problem.status == 422 {
            return .paymentFailed
        } catch {
            return .unavailable
        }
    }

    private func commit(_ order: String) async -> OrderEvent {
        do {
            let reservation: ReservationResponse = try await peers.post(
                .product, "/internal/v1/reservations/\(order)/commit", Empty())
            return reservation.status == "committed" ? .committed : .commitRefused
        } catch PeerError.problem(_, let problem) where problem.code == "reservation_closed" {
            return .commitRefused
        } catch PeerError.problem(_, let problem) where problem.code == "reservation_not_found" {
            return .commitRefused
        } catch {
            return .unavailable
        }
    }

    private func ship(_ record: OrderRecord) async -> (OrderEvent, TransitionFacts) {
        do {
            let tracking = try await carrier.register(order: record.order.id, to: record.order.address)
            return (.shipmentCreated, TransitionFacts(tracking: tracking))
        } catch {
            return (.unavailable, TransitionFacts())
        }
    }

    private func cancelPayment(_ order: String) async -> OrderEvent {
        do {
            let payment: PaymentResponse = try await peers.post(
                .payment, "/internal/v1/payments/\(order)/cancel", Empty())
            switch PaymentStatus(rawValue: payment.status) {
            case .some(let status) where status == .voided || status == .refunded || status == .failed:
                return .paymentCancelled(status)
            default: return .unavailable
            }
        } catch {
            return .unavailable
        }
    }

    private func release(_ order: String) async -> OrderEvent {
        do {
            let _: ReservationResponse = try await peers.post(
                .product, "/internal/v1/reservations/\(order)/release", Empty())
            return .released
        } catch {
            return .unavailable
        }
    }

    /// `{}`: the path says everything.
    private struct Empty: Encodable {}
}
