import Contracts
import Foundation
import HTTPTypes
import Synchronization
import TestServers
import Testing

@testable import PaymentService

/// A gateway whose answers get lost: the call has had its effect, but the caller never hears of it, as when the
/// process dies in between.
final class ForgetfulGateway: PaymentGateway {
    private let mock: MockGateway
    private let lost: Mutex<Set<OperationKind>>

    init(_ mock: MockGateway, losing lost: Set<OperationKind>) {
        self.mock = mock
        self.lost = Mutex(lost)
    }

    func perform(_ request: GatewayRequest) async throws -> OperationOutcome {
        let outcome = try await mock.perform(request)
        if lost.withLock({ $0.remove(request.kind) }) != nil { throw GatewayError.timeout }
        return outcome
    }
}

@Suite struct CrashTests {
    @Test func aLostAuthorizationIsFinishedByTheNextProcess() async throws {
        try await World.with(gateway: { ForgetfulGateway($0, losing: [.authorize]) }) { world in
            let order = UUID.v7()
            let lost = try await world.authorize(order)
            #expect(lost.status == 503 && lost.text("code") == "gateway_timeout")
            #expect(try await world.payment(order).status == .pending)
            #expect(try await world.books().charges == 1)
            try await world.passTime()
            #expect(await world.worker.sweep() == 1)
            #expect(try await world.payment(order).status == .authorized)
            #expect(try await world.books() == .init(charges: 1, held: 1000, captured: 0, refunded: 0))
            #expect(try await world.events() == [.paymentAuthorized])
            #expect(await world.worker.sweep() == 0)
        }
    }

    @Test func repeatingALostAuthorizationFinishesIt() async throws {
        try await World.with(gateway: { ForgetfulGateway($0, losing: [.authorize]) }) { world in
            let order = UUID.v7()
            #expect(try await world.authorize(order).status == 503)
            let again = try await world.authorize(order)
            #expect(again.status == 200 && again.text("status") == "authorized")
            #expect(try await world.books().charges == 1)
        }
    }

    @Test func lostCapturesAndRefundsHappenOnce() async throws {
        try await World.with(gateway: { ForgetfulGateway($0, losing: [.capture, .refund]) }) { world in
            let order = UUID.v7()
            _ = try await world.authorize(order)
            #expect(try await world.capture(order).status == 503)
            try await world.passTime()
            #expect(await world.worker.sweep() == 1)
            #expect(try await world.payment(order).status == .captured)
            #expect(try await world.cancel(order).status == 503)
            #expect(try await world.cancel(order).text("status") == "refunded")
            #expect(try await world.books() == .init(charges: 1, held: 0, captured: 1000, refunded: 1000))
            #expect(try await world.events() == [.paymentAuthorized, .paymentCaptured, .refundProcessed])
        }
    }

    @Test func cancellingAnAuthorizationWhoseAnswerWasLostReleasesIt() async throws {
        try await World.with(gateway: { ForgetfulGateway($0, losing: [.authorize]) }) { world async throws in
            let order = UUID.v7()
            #expect(try await world.authorize(order).status == 503)
            #expect(try await world.cancel(order).text("status") == "voided")
            #expect(try await world.books() == .init(charges: 1, held: 0, captured: 0, refunded: 0))
        }
    }

    @Test func aGatewayThatAnswersTooLateIsAskedAgain() async throws {
        try await World.with(patience: .milliseconds(100)) { world in
            let order = UUID.v7()
            #expect(try await world.authorize(order, token: "tok_timeout").status == 503)
            let again = try await world.authorize(order, token: "tok_timeout")
            #expect(again.status == 200 && again.text("status") == "authorized")
            #expect(try await world.books().charges == 1)
        }
    }

    @Test func severalWorkersDoAnOperationOnce() async throws {
        try await World.with { world in
            var orders: [UUID] = []
            for _ in 0..<12 {
                let order = UUID.v7()
                _ = try await world.authorize(order)
                try await world.deliver(try world.event(.orderConfirmed, order))
                orders.append(order)
            }
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { while await world.worker.sweep() > 0 {} } }
            }
            for order in orders { #expect(try await world.payment(order).status == .captured) }
            #expect(try await world.books() == .init(charges: 12, held: 0, captured: 12_000, refunded: 0))
            #expect(try await world.events().filter { $0 == .paymentCaptured }.count == 12)
        }
    }
}
