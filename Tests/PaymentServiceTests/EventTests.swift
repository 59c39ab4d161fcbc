import Contracts
import Foundation
import HTTPTypes
import Logging
import Messaging
import PostgreSQL
import ServiceFoundation
import TestServers
import Testing

@testable import PaymentService

@Suite struct EventTests {
    @Test func aConfirmedOrderIsCapturedByTheWorkerAtOnce() async throws {
        try await World.with { world in
            let order = UUID.v7()
            _ = try await world.authorize(order)
            // So rare a look of its own that only the notification can be what wakes it.
            var worker = world.worker
            worker.interval = .seconds(600)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [worker] in try await worker.run() }
                try await eventually("the worker to listen") {
                    let row = try await world.pool.queryOne(
                        "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE 'LISTEN%storefront_payments%'")
                    return try row["n"] == 1
                }
                try await world.deliver(try world.event(.orderConfirmed, order))
                try await eventually("the capture") { try await world.payment(order).status == .captured }
                group.cancelAll()
            }
            #expect(try await world.events() == [.paymentAuthorized, .paymentCaptured])
        }
    }

    @Test func redeliveredAndRepeatedEventsCaptureOnce() async throws {
        try await World.with { world in
            let order = UUID.v7()
            _ = try await world.authorize(order)
            let event = try world.event(.orderConfirmed, order)
            for _ in 0..<3 { try await world.deliver(event) }
            try await world.deliver(try world.event(.orderConfirmed, order))
            while await world.worker.sweep() > 0 {}
            try await world.deliver(try world.event(.orderConfirmed, order))
            while await world.worker.sweep() > 0 {}
            #expect(try await world.books() == .init(charges: 1, held: 0, captured: 1000, refunded: 0))
            #expect(try await world.events() == [.paymentAuthorized, .paymentCaptured])
        }
    }

    @Test func aCancelledOrderIsReleasedRefundedOrClosed() async throws {
        try await World.with { world in
            let held = UUID.v7()
            let taken = UUID.v7()
            let none = UUID.v7()
            _ = try await world.authorize(held)
            _ = try await world.authorize(taken)
            _ = try await world.capture(taken)
            for order in [held, taken, none] { try await world.deliver(try world.event(.orderCancelled, order)) }
            while await world.worker.sweep() > 0 {}
            #expect(try await world.payment(held).status == .voided)
            #expect(try await world.payment(taken).status == .refunded)
            #expect(try await world.payment(none).status == .voided)
            #expect(try await world.books() == .init(charges: 2, held: 0, captured: 1000, refunded: 1000))
            #expect(try await world.authorize(none).status == 409)
        }
    }

    @Test func aConfirmationWithoutAPaymentIsTriedAgain() async throws {
        try await World.with { world in
            let event = try world.event(.orderConfirmed, UUID.v7())
            await #expect(throws: OrderEventError.noPayment) { try await world.deliver(event) }
        }
    }

    @Test func aConfirmedOrderWhosePaymentFailedIsToldSo() async throws {
        try await World.with { world in
            let order = UUID.v7()
            _ = try await world.authorize(order, token: "tok_declined")
            try await world.deliver(try world.event(.orderConfirmed, order))
            let data: PaymentEventData = try #require(try await world.shop.outbox().last).data()
            #expect(try await world.events() == [.paymentFailed, .paymentFailed])
            #expect(data.failureCode == "card_declined")
        }
    }

    @Test func throughTheBrokerAConfirmedOrderComesBackAsACapturedPayment() async throws {
        let broker = try await TestServers.rabbitMQ().broker()
        try await World.with { world in
            let order = UUID.v7()
            _ = try await world.authorize(order)
            let logger = Logger(label: "test")
            let publisher = MessagePublisher(RabbitMQConfiguration(broker.credentials(of: .payment)), logger: logger)
            let consumer = EventConsumer(
                RabbitMQConfiguration(broker.credentials(of: .payment)), service: .payment, pool: world.pool,
                logger: logger, handler: try #require(world.service.eventHandler))
            let relay = OutboxRelay(world.pool, publisher: publisher, logger: logger)
            let worker = world.worker
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await consumer.run() }
                group.addTask { try await relay.run() }
                group.addTask { try await worker.run() }
                let shop = MessagePublisher(RabbitMQConfiguration(broker.credentials(of: .order)), logger: logger)
                let body = Array(try ContractsJSON.encoder().encode(try world.event(.orderConfirmed, order)))
                // At least once: the broker may well deliver an event several times.
                for _ in 0..<3 {
                    try await shop.publish([
                        OutgoingMessage(
                            exchange: Topology.eventsExchange, routingKey: "order.confirmed", body: body,
                            mandatory: true)
                    ])
                }
                await shop.close()
                var types: [String] = []
                try await eventually(within: .seconds(20), "payment.captured") {
                    types += try await broker.take(10, from: Topology.queue(of: .order)).map(\.routingKey)
                    return types.contains("payment.captured")
                }
                #expect(types.filter { $0 == "payment.captured" }.count == 1)
                group.cancelAll()
            }
            await publisher.close()
            #expect(try await world.books() == .init(charges: 1, held: 0, captured: 1000, refunded: 0))
        }
    }
}
