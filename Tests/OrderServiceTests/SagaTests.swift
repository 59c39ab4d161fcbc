import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import Messaging
import PostgreSQL
import ServiceFoundation
import Testing

@testable import OrderService

struct SagaTests {
    @Test("An order is confirmed, captured, committed and handed to the carrier", arguments: [true, false])
    func happyPath(deliveringEvents: Bool) async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 10, price: 1000)
            let order = try await market.placed(try await market.customer(), items: ["A": 3])
            #expect(try await market.read(order).process.status == .pending)
            try await market.settle(deliveringEvents: deliveringEvents)
            let done = try await market.read(order)
            #expect(done.process.status == .confirmed)
            #expect(done.process.payment == .captured)
            #expect(done.process.fulfillment == .processing)
            #expect(done.tracking?.number.isEmpty == false)
            #expect(done.paymentID != nil)
            #expect(
                done.totals == OrderTotals(subtotalCents: 3000, discountCents: 0, taxCents: 300, shippingCents: 500))
            #expect(try await market.warehouse.stock("A") == [7, 0])
            #expect(await market.bank.status(of: order) == "captured")
            #expect(await market.bank.captures == 1)
            let token = try await market.pool.queryOne("SELECT payment_token FROM sagas")
            #expect(
                try token.decode("payment_token", as: String?.self) == nil, "the token is kept no longer than needed")
        }
    }

    @Test("A declined card ends in a cancelled order, its stock released")
    func declined() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 10)
            let order = try await market.placed(try await market.customer(), items: ["A": 3], token: "tok_declined")
            try await market.settle()
            let done = try await market.read(order)
            #expect(done.process.status == .cancelled)
            #expect(done.process.cancelReason == .paymentFailed)
            #expect(done.process.payment == .failed)
            #expect(try await market.warehouse.stock("A") == [10, 0])
        }
    }

    @Test("A worker may die after any persisted step, with any answer lost: stock and money agree in the end")
    func crashAtEveryStep() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 1000)
            let customer = try await market.customer()
            // Which call's request or answer is lost, and whether the worker goes on or another takes over.
            for token in ["tok_visa", "tok_declined"] {
                for fault in [Faults.Fault.none, .lostRequest, .lostAnswer] {
                    for crash in 0..<7 {
                        let order = try await market.placed(customer, items: ["A": 2], token: token)
                        for step in 0..<30 {
                            // A new process each time: nothing survives but the database.
                            let holder = "worker-\(token)-\(fault)-\(crash)-\(step)"
                            let worker = Ordering(market.runtime, holder: holder)
                            try await market.passTime()
                            guard
                                let record = try await SagaStore().claim(order, for: holder, in: market.pool),
                                record.order.process.saga.step != .done
                            else { break }
                            await market.faults.set { _ in step == crash ? fault : .none }
                            _ = try await worker.runner.step(record)
                        }
                        await market.faults.set { _ in .none }
                        let done = try await market.read(order)
                        #expect(done.process.saga.step == .done, "\(token) \(fault) \(crash)")
                        #expect(done.process.status == (token == "tok_visa" ? .confirmed : .cancelled))
                    }
                }
            }
            #expect(try await market.warehouse.stock("A") == [1000 - 2 * 21, 0])
            #expect(await market.bank.captures == 21)
            #expect(await market.bank.authorizations == 21)
            #expect(await market.bank.refunds == 0)
            try await market.deliverEvents()
            #expect(try await market.warehouse.stock("A") == [1000 - 2 * 21, 0])
            #expect(await market.bank.captures == 21)
        }
    }

    @Test("Cancelled at whatever call: the order ends cancelled, nothing is kept", arguments: 0..<3)
    func cancelledDuringCall(position: Int) async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 10)
            let customer = try await market.customer()
            let order = try await market.placed(customer, items: ["A": 2])
            let paths = ["/internal/v1/reservations", "/internal/v1/payments", "/never"]
            await market.faults.before { request in
                guard request.path == paths[position] else { return }
                await market.faults.before(nil)
                let answer = try? await market.client.execute(
                    uri: "/api/v1/orders/\(order.text)/cancel", method: .post, headers: customer)
                #expect(answer?.status == .ok)
            }
            if position == 2 {
                let answer = try await market.client.execute(
                    uri: "/api/v1/orders/\(order.text)/cancel", method: .post, headers: customer)
                #expect(try answer.json["status"] as? String == "cancelled")
            }
            try await market.settle()
            let done = try await market.read(order)
            #expect(done.process.status == .cancelled)
            #expect(done.process.cancelReason == .customerRequest)
            #expect(try await market.warehouse.stock("A") == [10, 0])
            let payment = await market.bank.status(of: order)
            #expect(payment == "voided")
            #expect(await market.bank.captures == 0)
        }
    }

    @Test("A confirmed order cancelled by an admin gets its money and stock back; a customer cannot")
    func adminCancel() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 10)
            let customer = try await market.customer()
            let admin = try await market.customer(role: .admin)
            let order = try await market.placed(customer, items: ["A": 2])
            try await market.settle()
            let uri = "/api/v1/orders/\(order.text)/cancel"
            let refused = try await market.client.execute(uri: uri, method: .post, headers: customer)
            #expect(refused.status == .conflict)
            #expect(try refused.code == "invalid_transition")
            let granted = try await market.client.execute(uri: uri, method: .post, headers: admin)
            #expect(granted.status == .ok)
            // The answer came after the compensation.
            #expect(try await market.warehouse.stock("A") == [10, 0])
            #expect(await market.bank.status(of: order) == "refunded")
            try await market.settle()
            let done = try await market.read(order)
            #expect(done.process.status == .cancelled)
            #expect(done.process.payment == .refunded)
            #expect(done.process.refund == .processed)
            #expect(await market.bank.refunds == 1)
            #expect(try await market.count(.orderRefunded) == 1)
        }
    }

    @Test("A reservation that expired before the payment cancels the order")
    func expiredReservation() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 2)
            let order = try await market.placed(try await market.customer(), items: ["A": 2])
            await market.faults.set { $0.service == .payment ? .lostRequest : .none }
            try await market.passTime()
            await market.ordering.runner.drive(order)
            #expect(try await market.read(order).process.saga.step == .authorize)
            try await market.warehouse.expireAll()
            try await market.deliverEvents()
            await market.faults.set { _ in .none }
            try await market.settle()
            let done = try await market.read(order)
            #expect(done.process.status == .cancelled)
            #expect(done.process.cancelReason == .reservationExpired)
            #expect(try await market.warehouse.stock("A") == [2, 0])
            #expect(await market.bank.status(of: order) == "voided")
        }
    }

    @Test("Stock that is gone when it is to be committed gives the money back")
    func soldMeanwhile() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 2)
            let order = try await market.placed(try await market.customer(), items: ["A": 2])
            for step in [SagaStep.reserve, .authorize] {
                #expect(try await market.read(order).process.saga.step == step)
                try await market.passTime()
                let record = try #require(try await SagaStore().claim(order, for: "one", in: market.pool))
                _ = try await market.ordering.runner.step(record)
            }
            try await market.warehouse.expireAll()
            try await market.warehouse.pool.execute("UPDATE inventory SET quantity_on_hand = 1")
            try await market.settle(deliveringEvents: false)
            let done = try await market.read(order)
            #expect(done.process.status == .cancelled)
            #expect(done.process.cancelReason == .outOfStock)
            #expect(await market.bank.status(of: order) == "refunded")
            try await market.settle()
            #expect(try await market.warehouse.stock("A") == [1, 0])
        }
    }

    @Test("Pending orders of a deactivated user are cancelled, others are not")
    func deactivated() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 10)
            let user = UUID.v7()
            let customer = try await market.customer(user)
            let confirmed = try await market.placed(customer, items: ["A": 1])
            try await market.settle()
            let pending = try await market.placed(customer, items: ["A": 1])
            let event = CloudEvent(
                source: .user, type: .userDeactivated, subject: user, correlationID: nil,
                data: UserDeactivatedData(userID: user, email: "", firstName: ""))
            try await market.receive(event)
            try await market.settle()
            #expect(try await market.read(confirmed).process.status == .confirmed)
            #expect(try await market.read(pending).process.status == .cancelled)
            #expect(try await market.read(pending).process.cancelReason == .userDeactivated)
            #expect(try await market.warehouse.stock("A") == [9, 0])
        }
    }

    @Test("A runner picks up what another left behind, and what it is told of at once")
    func runner() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 100)
            let customer = try await market.customer()
            // Left behind: the market's own runner does not run yet, and its lease is of this pod.
            var orders: [UUID] = []
            for _ in 0..<5 { orders.append(try await market.placed(customer, items: ["A": 1])) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await market.ordering.runner.run() }
                for _ in 0..<5 { orders.append(try await market.placed(customer, items: ["A": 1])) }
                let deadline = ContinuousClock.now + .seconds(20)
                while ContinuousClock.now < deadline {
                    try await market.deliverEvents()
                    let open: Int = try await market.pool.queryOne(
                        "SELECT count(*) AS n FROM sagas WHERE step <> 'done'")["n"]
                    if open == 0 { break }
                    try await Task.sleep(for: .milliseconds(20))
                }
                group.cancelAll()
            }
            for order in orders { #expect(try await market.read(order).process.fulfillment == .processing) }
            #expect(try await market.warehouse.stock("A") == [90, 0])
        }
    }

    @Test("Two runners never work on one saga at a time")
    func leases() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 10)
            let order = try await market.placed(try await market.customer(), items: ["A": 1])
            try await market.passTime()
            let store = SagaStore()
            #expect(try await store.claim(order, for: "one", in: market.pool) != nil)
            #expect(try await store.claim(order, for: "two", in: market.pool) == nil)
            #expect(try await store.claimDue(for: "two", limit: 10, in: market.pool).isEmpty)
            try await store.releaseAll(of: "one", in: market.pool)
            let record = try #require(try await store.claimDue(for: "two", limit: 10, in: market.pool).first)
            // The first holder's transition comes too late to count.
            let late = try await market.pool.transaction {
                try await market.ordering.transitions.apply(.reserved, to: order, holder: "one", in: $0)
            }
            #expect(late == nil)
            #expect(record.order.id == order)
        }
    }
}

extension Market {
    func receive<Payload: Codable & Sendable>(_ event: CloudEvent<Payload>) async throws {
        let received = try ReceivedEvent(body: [UInt8](try ContractsJSON.encoder().encode(event)))
        let handler = try #require(ordering.eventHandler)
        try await pool.transaction { try await handler(received, $0) }
    }
}
