import Contracts
import Foundation
import Logging
import Messaging
import PostgreSQL
import ServiceFoundation
import Synchronization
import TestServers
import Testing

@testable import NotificationService

@Suite struct EventTests {
    @Test func whoRegistersIsWelcomed() async throws {
        try await World.with { world in
            try await world.meetAnn()
            #expect(
                try await world.log() == [.init(template: "welcome", recipient: "ann@example.com", status: .queued)])
            await world.sendAll()
            #expect(try await world.log().map(\.status) == [.sent])
            let mail = try #require(try world.mails().first)
            #expect(mail.name.wholeMatch(of: /\d{8}T\d{6}Z-[0-9a-f-]{36}\.eml/) != nil)
            #expect(mail.text.contains("From: \"Acme Shop\" <shop@acme.example>\r\n"))
            #expect(mail.text.contains("To: \"Ann Lee\" <ann@example.com>\r\n"))
            #expect(mail.text.contains("Subject: Welcome to test\r\n"))
            #expect(mail.text.contains("Content-Type: multipart/alternative;"))
        }
    }

    @Test func everyStepOfAnOrderHasItsMail() async throws {
        try await World.with { world in
            try await world.meetAnn()
            for type: EventType in [.orderCreated, .orderConfirmed, .orderShipped, .orderDelivered, .orderCancelled] {
                try await world.shop.deliver(try world.order(type))
            }
            try await world.shop.deliver(try world.order(.orderRefunded))
            try await world.shop.deliver(try world.payment(.paymentFailed))
            try await world.shop.deliver(try world.payment(.refundProcessed))
            #expect(
                try await world.templates() == [
                    "welcome", "order_created", "order_confirmation", "order_shipped", "order_delivered",
                    "order_cancelled", "payment_failed", "order_refunded",
                ])
            await world.sendAll()
            #expect(try await world.log().allSatisfy { $0.status == .sent && $0.recipient == "ann@example.com" })
            let mails = try world.mails().map(\.text)
            #expect(mails.count == 8)
            #expect(mails.contains { $0.contains("https://track.example/T-1") })
            #expect(mails.contains { $0.contains("Subject: Your payment for order ORD-20261121-0001 failed") })
        }
    }

    @Test func redeliveredEventsSendOneMail() async throws {
        try await World.with { world in
            let event = world.user(.userRegistered, world.ann)
            for _ in 0..<3 { try await world.shop.deliver(event) }
            // Also without the inbox.
            let body = Array(try ContractsJSON.encoder().encode(event))
            let handler = try #require(world.shop.service.eventHandler)
            try await world.pool.transaction { tx in try await handler(try ReceivedEvent(body: body), tx) }
            #expect(try await world.templates() == ["welcome"])
        }
    }

    @Test func anEventOfAnUnknownPersonWaitsForThem() async throws {
        try await World.with { world in
            let created = try world.order(.orderCreated)
            await #expect(throws: NotificationEventError.unknownRecipient) { try await world.shop.deliver(created) }
            #expect(try await world.templates().isEmpty)
            try await world.meetAnn()
            try await world.shop.deliver(created)
            #expect(try await world.templates() == ["welcome", "order_created"])
        }
    }

    @Test func aLateEventDoesNotUndoANewerOne() async throws {
        try await World.with { world in
            var renamed = world.ann
            renamed.email = "anna@example.com"
            renamed.version = 3
            try await world.shop.deliver(world.user(.userUpdated, renamed))
            var older = world.ann
            older.email = "old@example.com"
            older.version = 2
            try await world.shop.deliver(world.user(.userUpdated, older))
            try await world.meetAnn()
            try await world.shop.deliver(try world.order(.orderCreated))
            #expect(try await world.log().map(\.recipient) == ["anna@example.com", "anna@example.com"])
        }
    }

    @Test func aClosedAccountGetsAFarewellAndNothingMore() async throws {
        try await World.with { world in
            try await world.meetAnn()
            let farewell = CloudEvent(
                source: .user, type: .userDeactivated, subject: world.ann.userID, correlationID: nil,
                data: UserDeactivatedData(userID: world.ann.userID, email: "ann@example.com", firstName: "Ann"))
            try await world.shop.deliver(farewell)
            var late = world.ann
            late.version = 9
            try await world.shop.deliver(world.user(.userUpdated, late))
            try await world.shop.deliver(try world.order(.orderCancelled))
            #expect(try await world.templates() == ["welcome", "account_deactivated"])
            let left: String = try await world.pool.queryOne("SELECT row_to_json(r)::text AS row FROM recipients r")[
                "row"]
            #expect(!left.contains("ann@example.com") && !left.contains("Lee"))
        }
    }

    @Test func lowStockIsTheAdminsBusiness() async throws {
        try await World.with { world in
            let low = CloudEvent(
                source: .product, type: .inventoryLowStock, subject: .v7(), correlationID: nil,
                data: StockLevelData(productID: .v7(), sku: "MUG-1", name: "Mug", available: 2, reorderThreshold: 5))
            try await world.meetAnn()
            await #expect(throws: NotificationEventError.unknownRecipient) { try await world.shop.deliver(low) }
            try await world.shop.deliver(world.user(.userRegistered, world.admin))
            try await world.shop.deliver(low)
            let sent = World.Sent(template: "low_stock", recipient: "admin@localhost", status: .queued)
            #expect(try await world.log().filter { $0.template == "low_stock" } == [sent])
        }
    }

    @Test func throughTheBrokerMailsAreSentEvenWhenEventsOvertakeEachOther() async throws {
        let broker = try await TestServers.rabbitMQ().broker()
        try await World.with { world in
            let logger = Logger(label: "test")
            let handler = try #require(world.shop.service.eventHandler)
            let failures = Mutex(0)
            let consumer = EventConsumer(
                RabbitMQConfiguration(broker.credentials(of: .notification)), service: .notification,
                pool: world.pool, logger: logger
            ) { event, transaction in
                do {
                    try await handler(event, transaction)
                } catch {
                    failures.withLock { $0 += 1 }
                    throw error
                }
            }
            let worker = world.worker
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await consumer.run() }
                group.addTask { try await worker.run() }
                let created = Array(try ContractsJSON.encoder().encode(try world.order(.orderCreated)))
                let registered = Array(
                    try ContractsJSON.encoder().encode(world.user(.userRegistered, world.ann)))
                try await publish([("order.created", created)], as: .order, broker)
                try await eventually("the first attempt") { failures.withLock { $0 > 0 } }
                try await publish(
                    [("user.registered", registered), ("user.registered", registered)], as: .user, broker)
                try await eventually(within: .seconds(20), "both mails") {
                    try await world.log().filter { $0.status == .sent }.count == 2
                }
                group.cancelAll()
            }
            #expect(Set(try await world.templates()) == ["welcome", "order_created"])
            #expect(try world.mails().count == 2)
        }
    }

    private func publish(_ messages: [(String, [UInt8])], as service: ServiceName, _ broker: TestBroker) async throws {
        let publisher = MessagePublisher(RabbitMQConfiguration(broker.credentials(of: service)))
        try await publisher.publish(
            messages.map {
                OutgoingMessage(exchange: Topology.eventsExchange, routingKey: $0.0, body: $0.1, mandatory: true)
            })
        await publisher.close()
    }
}
