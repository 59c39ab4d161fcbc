import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import PostgreSQL
import ServiceFoundation
import Testing

@testable import OrderService

struct CheckoutTests {
    @Test("Of 400 buyers of 100 pieces exactly 100 get a confirmed order, the others their money and peace")
    func oversell() async throws {
        try await Market.with { market in
            try await market.warehouse.add("HOT", stock: 100)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<400 {
                    group.addTask {
                        try await market.order(try await market.customer(), items: ["HOT": 1]).status.code
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [201: 400])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await market.ordering.runner.run() }
                let deadline = ContinuousClock.now + .seconds(60)
                while ContinuousClock.now < deadline {
                    try await market.deliverEvents()
                    let open: Int = try await market.pool.queryOne(
                        "SELECT count(*) AS n FROM sagas WHERE step <> 'done'")["n"]
                    if open == 0 { break }
                    try await Task.sleep(for: .milliseconds(20))
                }
                group.cancelAll()
            }
            let confirmed: Int = try await market.pool.queryOne(
                "SELECT count(*) AS n FROM orders WHERE status = 'confirmed'")["n"]
            let other: Int = try await market.pool.queryOne(
                "SELECT count(*) AS n FROM orders WHERE status NOT IN ('confirmed', 'cancelled')")["n"]
            #expect(confirmed == 100)
            #expect(other == 0)
            #expect(try await market.warehouse.stock("HOT") == [0, 0])
            #expect(await market.bank.captures == 100)
            #expect(await market.bank.authorizations == 100)
        }
    }

    @Test("One key sent by twenty at once makes one order; every answer is that order or \"in flight\"")
    func idempotencyRace() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 100)
            let customer = try await market.customer()
            let answers = try await withThrowingTaskGroup(of: TestResponse.self) { group in
                for _ in 0..<20 {
                    group.addTask { try await market.order(customer, key: "k1", items: ["A": 1]) }
                }
                return try await group.reduce(into: [TestResponse]()) { $0.append($1) }
            }
            let created = answers.filter { $0.status == .created }
            #expect(!created.isEmpty)
            #expect(Set(created.map { String(buffer: $0.body) }).count == 1)
            for answer in answers where answer.status != .created {
                #expect(answer.status == .conflict)
                #expect(try answer.code == "idempotency_in_flight")
            }
            #expect(try await market.pool.queryOne("SELECT count(*) AS n FROM orders")["n"] == 1)
            #expect(try await market.pool.queryOne("SELECT count(*) AS n FROM sagas")["n"] == 1)
            #expect(try await market.count(.orderCreated) == 1)
        }
    }

    @Test("A replay is byte-identical even when everything has changed; another payload is refused")
    func replay() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 1)
            let customer = try await market.customer()
            let first = try await market.order(customer, key: "k", items: ["A": 1])
            #expect(first.status == .created)
            try await market.settle()
            let second = try await market.order(customer, key: "k", items: ["A": 1])
            #expect(second.status == .created)
            #expect(second.body == first.body)
            #expect(second.headers[.location] == first.headers[.location])
            let other = try await market.order(customer, key: "k", items: ["A": 2])
            #expect(other.status == .unprocessableContent)
            #expect(try other.code == "idempotency_key_reused")
            let stranger = try await market.order(try await market.customer(), key: "k", items: ["A": 1])
            #expect(stranger.status == .created)
            #expect(stranger.body != first.body, "another person's key is another key")
        }
    }

    @Test("A refused order leaves nothing behind and its key free")
    func refusal() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 1)
            let customer = try await market.customer()
            let refused = try await market.order(customer, key: "k", items: ["A": 1, "NONE": 1])
            #expect(refused.status == .unprocessableContent)
            #expect(try refused.code == "unknown_sku")
            #expect(try await market.pool.queryOne("SELECT count(*) AS n FROM orders")["n"] == 0)
            #expect(try await market.pool.queryOne("SELECT count(*) AS n FROM outbox")["n"] == 0)
            #expect(try await market.order(customer, key: "k", items: ["A": 1]).status == .created)
        }
    }

    @Test("The cart is ordered at today's prices and emptied of what was ordered")
    func fromCart() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 10, price: 1000)
            try await market.warehouse.add("B", stock: 10, price: 250)
            let user = UUID.v7()
            let customer = try await market.customer(user)
            let empty = try await market.order(customer)
            #expect(try empty.code == "cart_empty")
            for (sku, quantity) in [("A", 2), ("B", 1)] {
                let put = try await market.put(sku, quantity, customer)
                #expect(put.status == .ok)
            }
            try await market.warehouse.setPrice(300, of: "B")
            let cart = try await market.client.execute(uri: "/api/v1/cart", method: .get, headers: customer)
            #expect(try cart.json["subtotal_cents"] as? Int == 2300)
            #expect(try (cart.json["warnings"] as? [[String: Any]])?.first?["code"] as? String == "price_changed")
            let stale = try await market.order(customer, extra: #","expected_total_cents":1"#)
            #expect(try stale.code == "total_changed")
            let placed = try await market.order(customer, key: "k")
            #expect(placed.status == .created)
            #expect(try placed.json["subtotal_cents"] as? Int == 2300)
            #expect(try placed.json["total_cents"] as? Int == 2300 + 230 + 500)
            #expect(try placed.items.map { $0["line_total_cents"] as? Int } == [2000, 300])
            let after = try await market.client.execute(uri: "/api/v1/cart", method: .get, headers: customer)
            #expect(try after.items.isEmpty)
            // A replay does not empty the cart again.
            _ = try await market.put("A", 1, customer)
            #expect(try await market.order(customer, key: "k").body == placed.body)
            let kept = try await market.client.execute(uri: "/api/v1/cart", method: .get, headers: customer)
            #expect(try kept.items.count == 1)
        }
    }

    @Test(
        "Bad orders are refused with the member's pointer",
        arguments: [
            (#"{}"#, 422, "/address_id"),
            (#"{"address_id":"x","payment":{"method":"credit_card","token":"t"}}"#, 422, "/address_id"),
            (#"{"address_id":"ADDRESS","payment":{"method":"cash","token":"t"}}"#, 422, "/payment/method"),
            (#"{"address_id":"ADDRESS","payment":{"method":"wallet","token":""}}"#, 422, "/payment/token"),
            (
                #"{"address_id":"ADDRESS","payment":{"method":"wallet","token":"t"},"items":[{"sku":"A","quantity":0}]}"#,
                422, "/items/0/quantity"
            ),
            (
                #"{"address_id":"ADDRESS","payment":{"method":"wallet","token":"t"},"items":[{"sku":"A","quantity":1000}]}"#,
                422, "/items/0/quantity"
            ),
            (#"{"address_id":"ADDRESS","payment":{"method":"wallet","token":"t"},"items":[]}"#, 422, "/items"),
            (
                #"{"address_id":"ADDRESS","payment":{"method":"wallet","token":"t"},"items":[{"sku":"NONE","quantity":1}]}"#,
                422, "/items/0/sku"
            ),
            (
                #"{"address_id":"0190a000-0000-7000-8000-000000000000","payment":{"method":"wallet","token":"t"},"items":[{"sku":"A","quantity":1}]}"#,
                422, "/address_id"
            ),
            (#"{"#, 400, ""),
        ])
    func badOrders(body: String, status: Int, pointer: String) async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 5)
            var headers = try await market.customer()
            headers[.idempotencyKeyForTests] = "k"
            let text = body.replacing("ADDRESS", with: Market.address.text)
            let answer = try await market.client.execute(
                uri: "/api/v1/orders", method: .post, headers: headers, body: ByteBuffer(string: text))
            #expect(answer.status.code == status, "\(String(buffer: answer.body))")
            if !pointer.isEmpty {
                let errors = try #require(try answer.json["errors"] as? [[String: Any]])
                #expect(errors.contains { $0["pointer"] as? String == pointer }, "\(errors)")
            }
        }
    }

    @Test("Without a token or a key there is no order")
    func prerequisites() async throws {
        try await Market.with { market in
            let anonymous = try await market.order([.contentType: "application/json"], items: ["A": 1])
            #expect(anonymous.status == .unauthorized)
            let keyless = try await market.client.execute(
                uri: "/api/v1/orders", method: .post, headers: try await market.customer(),
                body: ByteBuffer(
                    string: """
                        {"address_id":"\(Market.address.text)","payment":{"method":"wallet","token":"t"},\
                        "items":[{"sku":"A","quantity":1}]}
                        """))
            #expect(keyless.status == .badRequest)
            #expect(try keyless.code == "idempotency_key_required")
        }
    }

    @Test("An order of more than there is ends cancelled, without a payment")
    func tooMuch() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 1)
            let order = try await market.placed(try await market.customer(), items: ["A": 2])
            try await market.settle()
            let done = try await market.read(order)
            #expect(done.process.status == .cancelled)
            #expect(done.process.cancelReason == .outOfStock)
            #expect(done.process.payment == .voided)
            #expect(await market.bank.authorizations == 0)
            #expect(try await market.warehouse.stock("A") == [1, 0])
        }
    }

    @Test("While the catalogue is away, ordering is a 503 and leaves nothing behind")
    func catalogueAway() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 5)
            await market.faults.set { $0.service == .product ? .lostRequest : .none }
            let answer = try await market.order(try await market.customer(), items: ["A": 1])
            #expect(answer.status == .serviceUnavailable)
            #expect(try await market.pool.queryOne("SELECT count(*) AS n FROM orders")["n"] == 0)
        }
    }
}

extension Market {
    func put(_ sku: String, _ quantity: Int, _ headers: HTTPFields) async throws -> TestResponse {
        try await client.execute(
            uri: "/api/v1/cart/items/\(sku)", method: .put, headers: headers,
            body: ByteBuffer(string: #"{"quantity":\#(quantity)}"#))
    }
}
