import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Messaging
import PostgreSQL
import ServiceFoundation
import TestServers
import Testing

@testable import PaymentService

@Suite struct PublicRouteTests {
    /// A captured payment, and the public listener.
    private func withCaptured(
        _ body: @Sendable (World, any TestClientProtocol, _ order: UUID, _ path: String) async throws -> Void
    ) async throws {
        try await World.with { world in
            let order = UUID.v7()
            let payment = try await world.authorize(order).text("payment_id").lowercased()
            _ = try await world.capture(order)
            try await ServiceApplications.publicApplication(world.service, world.shop.runtime).test(.router) { client in
                try await body(world, client, order, "/api/v1/payments/\(payment)")
            }
        }
    }

    private func refund(
        _ client: any TestClientProtocol, _ path: String, _ body: [String: Any], token: String, key: String?
    ) async throws -> Answer {
        var headers = HTTPFields()
        if let key, let name = HTTPField.Name("Idempotency-Key") { headers[name] = key }
        return try await client.call(.post, path + "/refund", body, token: token, headers: headers)
    }

    @Test func paymentsAreForTheirPayerAndStaff() async throws {
        try await withCaptured { world, client, order, path in
            let signer = world.shop.signer
            let own = try await signer.token(world.customer)
            let answer = try await client.call(.get, path, token: own)
            #expect(answer.status == 200)
            #expect(answer.text("status") == "captured" && answer.number("captured_cents") == 1000)
            #expect(answer.text("order_id") == order.text && answer.text("method") == "credit_card")
            #expect(answer.texts("transactions", "kind") == ["authorize", "capture"])
            #expect(!String(decoding: answer.body, as: UTF8.self).contains("tok_visa"))
            for role in [Role.admin, .support] {
                let answer = try await client.call(.get, path, token: try await signer.token(.v7(), role: role))
                #expect(answer.status == 200)
            }
            let stranger = try await signer.token(.v7())
            #expect(try await client.call(.get, path, token: stranger).status == 403)
            #expect(try await client.call(.get, path).status == 401)
            #expect(try await client.call(.get, "/api/v1/payments/\(UUID.v7().text)", token: own).status == 404)

            let byOrder = "/api/v1/payments?order_id=\(order.text)"
            #expect(try await client.call(.get, byOrder, token: own).count("items") == 1)
            #expect(try await client.call(.get, byOrder, token: stranger).status == 403)
            #expect(try await client.call(.get, "/api/v1/payments", token: own).count("items") == 1)
            #expect(try await client.call(.get, "/api/v1/payments", token: stranger).count("items") == 0)
        }
    }

    @Test func adminsRefundInParts() async throws {
        try await withCaptured { world, client, _, path in
            let admin = try await world.shop.signer.token(.v7(), role: .admin)
            let own = try await world.shop.signer.token(world.customer)
            #expect(try await refund(client, path, [:], token: own, key: "k").status == 403)
            #expect(try await refund(client, path, [:], token: admin, key: nil).status == 400)

            let body: [String: Any] = ["amount_cents": 400, "reason": "scratched"]
            let first = try await refund(client, path, body, token: admin, key: "one")
            #expect(first.status == 201)
            #expect(first.number("amount_cents") == 400 && first.text("reason") == "scratched")
            let replay = try await refund(client, path, body, token: admin, key: "one")
            #expect(replay.status == 201 && replay.body == first.body, "\(replay.status) \(replay.text("code"))")
            while await world.worker.sweep() > 0 {}

            let tooMuch = try await refund(client, path, ["amount_cents": 601], token: admin, key: "two")
            #expect(tooMuch.status == 422 && tooMuch.text("code") == "refund_exceeds_captured")
            let negative = try await refund(client, path, ["amount_cents": -1], token: admin, key: "three")
            #expect(negative.status == 422)

            #expect(try await refund(client, path, [:], token: admin, key: "four").number("amount_cents") == 600)
            while await world.worker.sweep() > 0 {}
            let payment = try await client.call(.get, path, token: admin)
            #expect(payment.text("status") == "refunded" && payment.number("refunded_cents") == 1000)
            #expect(payment.texts("refunds", "status") == ["processed", "processed"])
            #expect(try await world.books() == .init(charges: 1, held: 0, captured: 1000, refunded: 1000))
            let refunds = try await world.shop.outbox().filter { $0.type == .refundProcessed }
            let amounts = try refunds.map { try $0.data(PaymentEventData.self).amountCents }
            #expect(amounts == [400, 600])
        }
    }

    @Test func simultaneousRefundsNeverExceedTheCapture() async throws {
        try await withCaptured { world, client, _, path in
            let admin = try await world.shop.signer.token(.v7(), role: .admin)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<8 {
                    group.addTask {
                        try await refund(client, path, ["amount_cents": 300], token: admin, key: "key-\(number)").status
                    }
                }
                for try await status in group { #expect([201, 409, 422].contains(status)) }
            }
            while await world.worker.sweep() > 0 {}
            let payment = try await client.call(.get, path, token: admin)
            #expect((300...900).contains(payment.number("refunded_cents")))
            #expect(try await world.books().refunded == payment.number("refunded_cents"))
        }
    }

    @Test func onlyTheOrderServiceMovesMoney() async throws {
        try await World.with { world in
            try await ServiceApplications.internalApplication(world.service, world.shop.runtime, caller: .product).test(
                .router
            ) { client in
                let order = UUID.v7().text
                for path in ["", "/\(order)/capture", "/\(order)/cancel"] {
                    let answer = try await client.call(.post, "/internal/v1/payments" + path, [:])
                    #expect(answer.status == 403)
                }
            }
        }
    }
}
