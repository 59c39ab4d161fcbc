import Contracts
import Foundation
import Messaging
import TestServers
import Testing

@Suite struct ConsumerTests {
    struct Failure: Error {}

    func publish(_ bodies: [String], to broker: TestBroker, subject: String? = nil) async throws {
        let publisher = MessagePublisher(RabbitMQConfiguration(broker.credentials(of: .order)))
        try await publisher.publish(
            bodies.map { body in
                OutgoingMessage(
                    exchange: Topology.eventsExchange, routingKey: "order.confirmed", body: Array(body.utf8),
                    messageID: body, correlationID: "corr-\(body)", headers: subject.map { ["subject": $0] } ?? [:],
                    mandatory: true)
            })
        await publisher.close()
    }

    /// Runs a payment consumer while the body runs.
    func consuming(
        _ broker: TestBroker, maximumAttempts: Int = 8, _ handler: @escaping @Sendable (Delivery) async throws -> Void,
        _ body: @Sendable @escaping () async throws -> Void
    ) async throws {
        let consumer = MessageConsumer(
            RabbitMQConfiguration(broker.credentials(of: .payment)), queue: "payment.events",
            maximumAttempts: maximumAttempts, handler: handler)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await consumer.run() }
            try await body()
            group.cancelAll()
        }
    }

    @Test func messagesOfOneSubjectAreHandledInOrderAndAcknowledged() async throws {
        let broker = try await TestServers.rabbitMQ().broker()
        let seen = Shared<[String]>([])
        let bodies = (0..<100).map(String.init)
        try await publish(bodies, to: broker, subject: "one")
        try await consuming(broker) { delivery in
            #expect(Correlation.id == delivery.correlationID)
            await Task.yield()
            seen.change { $0.append(String(decoding: delivery.body, as: UTF8.self)) }
        } _: {
            try await eventually { seen.value.count == 100 }
        }
        #expect(seen.value == bodies)
        #expect(try await broker.take(1, from: "payment.events").isEmpty)
    }

    @Test func aFailedMessageIsTriedAgainLaterAndThenHandled() async throws {
        let broker = try await TestServers.rabbitMQ().broker(retryDelay: .milliseconds(100))
        let failures = Shared<[Int]>([])
        try await publish(["x"], to: broker)
        try await consuming(broker) { delivery in
            let count = failures.change { failures in
                failures.append(delivery.failures)
                return failures.count
            }
            if count < 3 { throw Failure() }
        } _: {
            try await eventually(within: .seconds(20)) { failures.value.count == 3 }
        }
        #expect(failures.value == [0, 1, 2])
    }

    @Test func afterTheMaximumOfAttemptsItIsInTheDeadQueueAndNowhereElse() async throws {
        let broker = try await TestServers.rabbitMQ().broker(retryDelay: .milliseconds(50))
        let attempts = Shared(0)
        try await publish(["x"], to: broker)
        try await consuming(broker, maximumAttempts: 3) { _ in
            attempts.change { $0 += 1 }
            throw Failure()
        } _: {
            let dead = try await eventually(within: .seconds(20)) {
                try await broker.take(1, from: "payment.events.dead").first
            }
            #expect(dead.payload == "x")
            #expect(dead.properties.correlationID == "corr-x")
        }
        #expect(attempts.value == 3)
        #expect(try await broker.take(1, from: "payment.events").isEmpty)
        #expect(try await broker.take(1, from: "payment.events.retry").isEmpty)
    }

    @Test func anUnprocessableMessageIsDeadAtOnce() async throws {
        let broker = try await TestServers.rabbitMQ().broker()
        let attempts = Shared(0)
        try await publish(["x"], to: broker)
        try await consuming(broker) { _ in
            attempts.change { $0 += 1 }
            throw UnprocessableDelivery("nonsense")
        } _: {
            _ = try await eventually { try await broker.take(1, from: "payment.events.dead").first }
        }
        #expect(attempts.value == 1)
    }

    @Test func whatWasNotHandledWhenTheConsumerStopsGoesBack() async throws {
        let broker = try await TestServers.rabbitMQ().broker()
        let started = Shared(0)
        try await publish((0..<10).map(String.init), to: broker, subject: "one")
        try await consuming(broker) { _ in
            started.change { $0 += 1 }
            try await Task.sleep(for: .seconds(60))
        } _: {
            try await eventually { started.value == 1 }
        }
        let taken = try await eventually { () -> [TakenMessage]? in
            let taken = try await broker.take(20, from: "payment.events")
            return taken.isEmpty ? nil : taken
        }
        #expect(taken.count == 10)
    }

    @Test func theBrokersDeathIsSurvivedWithoutLoss() async throws {
        let server = try await RabbitMQServer.start()
        let broker = try await server.broker()
        let seen = Shared<Set<String>>([])
        let publisher = MessagePublisher(RabbitMQConfiguration(broker.credentials(of: .order)))
        @Sendable func publish(_ body: String) async throws {
            try await publisher.publish([
                OutgoingMessage(
                    exchange: Topology.eventsExchange, routingKey: "order.confirmed", body: Array(body.utf8),
                    mandatory: true)
            ])
        }
        try await consuming(broker) { delivery in
            seen.change { _ = $0.insert(String(decoding: delivery.body, as: UTF8.self)) }
        } _: {
            try await publish("before")
            try await eventually { seen.value == ["before"] }
            server.kill()
            await #expect(throws: MessagingError.self) { try await publish("lost") }
            try await server.restart()
            try await eventually(within: .seconds(30)) { (try? await publish("after")) != nil }
            try await eventually(within: .seconds(30)) { seen.value.contains("after") }
        }
        await publisher.close()
        server.stop()
    }

    @Test func idleConnectionsOutliveManyHeartbeats() async throws {
        let broker = try await TestServers.rabbitMQ().broker()
        var configuration = RabbitMQConfiguration(broker.credentials(of: .payment))
        configuration.heartbeat = 1
        let consumer = MessageConsumer(configuration, queue: "payment.events") { _ in }
        let publisher = MessagePublisher(configuration)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await consumer.run() }
            group.addTask { try await PublisherConnection(publisher: publisher).run() }
            // The broker gives up a silent connection after two to three seconds; a new one has another name.
            let first = try await eventually {
                let names = try await broker.connections()
                return names.count == 2 ? names : nil
            }
            let start = ContinuousClock.now
            try await eventually(within: .seconds(20)) { ContinuousClock.now - start > .seconds(6) }
            #expect(try await broker.connections() == first)
            group.cancelAll()
        }
        await publisher.close()
    }
}
