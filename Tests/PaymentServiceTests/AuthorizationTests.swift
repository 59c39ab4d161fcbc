import Contracts
import Foundation
import HTTPTypes
import Messaging
import TestServers
import Testing

@testable import PaymentService

@Suite struct AuthorizationTests {
    @Test(arguments: ["tok_visa", "tok_mastercard"]) func goodCardsAreAuthorizedOnce(_ token: String) async throws {
        try await World.with { world in
            let order = UUID.v7()
            let first = try await world.authorize(order, token: token)
            #expect(first.status == 201)
            #expect(first.text("status") == "authorized" && first.number("amount_cents") == 1000)
            let again = try await world.authorize(order, token: token)
            #expect(again.status == 200)
            #expect(again.text("payment_id") == first.text("payment_id") && again.text("status") == "authorized")
            #expect(try await world.books() == .init(charges: 1, held: 1000, captured: 0, refunded: 0))
            let event = try #require(try await world.shop.outbox().first)
            let data: PaymentEventData = try event.data()
            #expect(try await world.events() == [.paymentAuthorized])
            #expect(data.orderID == order && data.amountCents == 1000 && data.userID == world.customer)
        }
    }

    @Test(arguments: [
        ("tok_declined", "card_declined"), ("tok_insufficient_funds", "insufficient_funds"),
        ("tok_expired", "expired_card"), ("tok_nonsense", "invalid_token"),
    ])
    func declinesAreOutcomesThatStay(_ token: String, _ code: String) async throws {
        try await World.with { world in
            let order = UUID.v7()
            let first = try await world.authorize(order, token: token)
            #expect(first.status == 201)
            #expect(first.text("status") == "failed" && first.text("failure_code") == code)
            let again = try await world.authorize(order, token: "tok_visa")
            #expect(again.status == 200 && again.text("status") == "failed")
            #expect(try await world.books().charges == 0)
            let data: PaymentEventData = try #require(try await world.shop.outbox().first).data()
            #expect(try await world.events() == [.paymentFailed])
            #expect(data.failureCode == code)
        }
    }

    @Test func anotherAmountForTheOrderIsRefused() async throws {
        try await World.with { world in
            let order = UUID.v7()
            _ = try await world.authorize(order)
            let other = try await world.authorize(order, cents: 999)
            #expect(other.status == 422 && other.text("code") == "payment_mismatch")
        }
    }

    @Test func manyAtOnceForOneOrderChargeOnce() async throws {
        try await World.with { world in
            let order = UUID.v7()
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        let answer = try await world.authorize(order)
                        #expect(answer.text("status") == "authorized")
                        return answer.status
                    }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 201 }.count == 1)
            #expect(statuses.filter { $0 == 200 }.count == 9)
            #expect(try await world.books() == .init(charges: 1, held: 1000, captured: 0, refunded: 0))
            #expect(try await world.events() == [.paymentAuthorized])
        }
    }

    @Test func malformedRequestsAreRefused() async throws {
        try await World.with { world in
            let answer = try await world.order.call(
                .post, "/internal/v1/payments",
                [
                    "order_id": UUID.v7().text, "user_id": UUID.v7().text, "amount_cents": 0, "currency": "USD",
                    "method": "barter", "token": "",
                ])
            #expect(answer.status == 422)
            #expect(Set(answer.texts("errors", "pointer")) == ["/amount_cents", "/method", "/token"])
            #expect(try await world.capture(UUID.v7()).status == 404)
        }
    }
}
