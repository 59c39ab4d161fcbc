import Contracts
import Foundation
import Testing

@testable import PaymentService

@Suite struct PaymentMachineTests {
    private func payment() throws -> Payment {
        Payment(
            id: .v7(), orderID: .v7(), userID: .v7(), amountCents: 1000,
            currency: try #require(Currency(rawValue: "USD")), method: "credit_card", status: .pending,
            goal: .authorize, operation: .authorize)
    }

    private func authorized() throws -> Payment {
        var payment = try payment()
        _ = payment.finish(.authorize, cents: 1000, .approved("ch_1"))
        return payment
    }

    private func captured() throws -> Payment {
        var payment = try authorized()
        _ = try payment.capture()
        _ = payment.finish(.capture, cents: 1000, .approved("capture_1"))
        return payment
    }

    @Test func anApprovedAuthorizationHoldsTheAmount() throws {
        var payment = try payment()
        #expect(
            payment.finish(.authorize, cents: 1000, .approved("ch_1")) == [.publish(.paymentAuthorized, cents: 1000)])
        #expect(payment.status == .authorized && payment.authorizedCents == 1000 && payment.capturedCents == 0)
        #expect(payment.gatewayTransactionID == "ch_1")
    }

    @Test func aDeclinedAuthorizationFails() throws {
        var payment = try payment()
        #expect(
            payment.finish(.authorize, cents: 1000, .declined("card_declined"))
                == [.publish(.paymentFailed, cents: 1000)])
        #expect(payment.status == .failed && payment.failureCode == "card_declined" && payment.authorizedCents == 0)
        #expect(throws: PaymentRefusal.notAuthorized) { try payment.capture() }
        #expect(payment.cancel() == [])
    }

    @Test func capturingTwiceBeginsOnce() throws {
        var payment = try authorized()
        #expect(try payment.capture() == [.begin(.capture, cents: 1000)])
        #expect(try payment.capture() == [])
        #expect(
            payment.finish(.capture, cents: 1000, .approved("c")) == [.publish(.paymentCaptured, cents: 1000)])
        #expect(try payment.capture() == [])
        #expect(payment.status == .captured && payment.capturedCents == 1000)
    }

    @Test func captureAskedForDuringAuthorizationFollowsIt() throws {
        var payment = try payment()
        #expect(try payment.capture() == [])
        #expect(
            payment.finish(.authorize, cents: 1000, .approved("ch_1"))
                == [.publish(.paymentAuthorized, cents: 1000), .begin(.capture, cents: 1000)])
    }

    @Test func cancellingReleasesAHold() throws {
        var payment = try authorized()
        #expect(payment.cancel() == [.begin(.void, cents: 1000)])
        #expect(payment.cancel() == [])
        #expect(throws: PaymentRefusal.closed) { try payment.capture() }
        #expect(payment.finish(.void, cents: 1000, .approved("v")) == [.publish(.paymentVoided, cents: 1000)])
        #expect(payment.status == .voided)
        #expect(throws: PaymentRefusal.closed) { try payment.capture() }
    }

    @Test func cancellingRefundsACapture() throws {
        var payment = try captured()
        #expect(payment.cancel() == [.begin(.refund, cents: 1000)])
        #expect(payment.finish(.refund, cents: 1000, .approved("r")) == [.publish(.refundProcessed, cents: 1000)])
        #expect(payment.status == .refunded && payment.refundableCents == 0)
        #expect(payment.cancel() == [])
    }

    @Test func cancellingWaitsForWhatIsUnderWay() throws {
        var payment = try payment()
        #expect(payment.cancel() == [])
        #expect(
            payment.finish(.authorize, cents: 1000, .approved("ch_1"))
                == [.publish(.paymentAuthorized, cents: 1000), .begin(.void, cents: 1000)])

        var capturing = try authorized()
        _ = try capturing.capture()
        #expect(capturing.cancel() == [])
        #expect(
            capturing.finish(.capture, cents: 1000, .approved("c"))
                == [.publish(.paymentCaptured, cents: 1000), .begin(.refund, cents: 1000)])
    }

    @Test func aFailedCaptureReleasesItsHold() throws {
        var payment = try authorized()
        _ = try payment.capture()
        #expect(
            payment.finish(.capture, cents: 1000, .declined("capture_failed"))
                == [.publish(.paymentFailed, cents: 1000), .begin(.void, cents: 1000)])
        #expect(payment.finish(.void, cents: 1000, .approved("v")) == [])
        #expect(payment.status == .failed && payment.isVoided)
        #expect(payment.cancel() == [])
    }

    @Test func refundsInPartsNeverExceedTheCapture() throws {
        var payment = try captured()
        #expect(try payment.refund(cents: 400) == [.begin(.refund, cents: 400)])
        #expect(throws: PaymentRefusal.inProgress) { try payment.refund(cents: 1) }
        _ = payment.finish(.refund, cents: 400, .approved("r1"))
        #expect(payment.status == .captured)
        #expect(throws: PaymentRefusal.refundTooLarge) { try payment.refund(cents: 601) }
        #expect(throws: PaymentRefusal.refundTooLarge) { try payment.refund(cents: 0) }
        _ = try payment.refund(cents: 600)
        _ = payment.finish(.refund, cents: 600, .approved("r2"))
        #expect(payment.status == .refunded)
        #expect(throws: PaymentRefusal.notCaptured) { try payment.refund(cents: 1) }
    }

    @Test func cancellingAfterAPartialRefundGivesBackTheRest() throws {
        var payment = try captured()
        _ = try payment.refund(cents: 400)
        #expect(payment.cancel() == [])
        #expect(
            payment.finish(.refund, cents: 400, .approved("r"))
                == [.publish(.refundProcessed, cents: 400), .begin(.refund, cents: 600)])
    }

    @Test func aRefusedRefundOfACancelledOrderIsTriedAgainLater() throws {
        var payment = try captured()
        _ = payment.cancel()
        #expect(payment.finish(.refund, cents: 1000, .declined("x")) == [.begin(.refund, cents: 1000, late: true)])
        var byHand = try captured()
        _ = try byHand.refund(cents: 100)
        #expect(byHand.finish(.refund, cents: 100, .declined("x")) == [])
        #expect(byHand.refundedCents == 0 && byHand.operation == nil)
    }

    /// Whatever is asked in whatever order, and however the gateway answers, the sums hold, one operation is under way
    /// at a time, and a cancelled order ends without the customer's money.
    @Test(arguments: 0..<200) func anySequenceKeepsTheInvariants(_ seed: UInt64) throws {
        var generator = Seeded(state: seed)
        var payment = try payment()
        var pending: (OperationKind, Int64)? = (.authorize, 1000)
        func apply(_ actions: [PaymentAction]) {
            for case .begin(let kind, let cents, _) in actions {
                #expect(pending == nil)
                pending = (kind, cents)
            }
        }
        func finish(approve: Bool) {
            guard let (kind, cents) = pending else { return }
            pending = nil
            apply(payment.finish(kind, cents: cents, approve ? .approved("x") : .declined("y")))
        }
        for _ in 0..<30 {
            switch Int.random(in: 0..<6, using: &generator) {
            case 0: apply((try? payment.capture()) ?? [])
            case 1 where Bool.random(using: &generator): apply(payment.cancel())
            case 2: apply((try? payment.refund(cents: Int64.random(in: -10...1200, using: &generator))) ?? [])
            default: finish(approve: Int.random(in: 0..<4, using: &generator) > 0)
            }
            #expect(payment.amountCents >= payment.authorizedCents)
            #expect(payment.authorizedCents >= payment.capturedCents)
            #expect(payment.capturedCents >= payment.refundedCents && payment.refundedCents >= 0)
            #expect((payment.operation == nil) == (pending == nil))
            #expect(!(payment.isVoided && payment.capturedCents > 0))
        }
        apply(payment.cancel())
        for _ in 0..<5 { finish(approve: true) }
        #expect(pending == nil)
        #expect(payment.refundableCents == 0)
        #expect(payment.authorizedCents == 0 || payment.isVoided || payment.capturedCents > 0)
    }

    /// SplitMix64.
    struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var z = state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
    }
}
