import Contracts
import Foundation
import Messaging
import PostgreSQL
import TestServers
import Testing

@Suite struct EventConsumerTests {
    struct Payload: Codable, Sendable { var n: Int }
    static let migrations = [
        Outbox.migration, Inbox.migration,
        Migration(100, "sums", "CREATE TABLE sums (n int); INSERT INTO sums VALUES (0)"),
    ]

    func consuming(
        _ broker: TestBroker, _ pool: PostgresPool, handler: @escaping EventHandler,
        _ body: @Sendable @escaping () async throws -> Void
    ) async throws {
        let consumer = EventConsumer(
            RabbitMQConfiguration(broker.credentials(of: .payment)), service: .payment, pool: pool, handler: handler)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await consumer.run() }
            try await body()
            group.cancelAll()
        }
    }

    func publish(_ bodies: [[UInt8]], _ broker: TestBroker) async throws {
        let publisher = MessagePublisher(RabbitMQConfiguration(broker.credentials(of: .order)))
        try await publisher.publish(
            bodies.map {
                OutgoingMessage(
                    exchange: Topology.eventsExchange, routingKey: "order.confirmed", body: $0, mandatory: true)
            })
        await publisher.close()
    }

    func event(_ n: Int) throws -> [UInt8] {
        let event = CloudEvent(
            source: .order, type: .orderConfirmed, subject: .v7(), correlationID: "c", data: Payload(n: n))
        return Array(try ContractsJSON.encoder().encode(event))
    }

    @Test func anEventThatComesSeveralTimesTakesEffectOnce() async throws {
        let broker = try await TestServers.rabbitMQ().broker()
        try await TestServers.withPool(migrations: Self.migrations) { pool async throws in
            let one = try event(1)
            let hundred = try event(100)
            try await publish([one, one, hundred, one, hundred, one], broker)
            try await consuming(broker, pool) { event, tx in
                #expect(Correlation.id == "c")
                let n = try event.data(Payload.self).n
                try await tx.execute("UPDATE sums SET n = n + \(n)")
            } _: {
                try await eventually { try await broker.server.depth(of: "payment.events", broker) == 0 }
                try await eventually { try await pool.queryOne("SELECT n FROM sums")["n"] == 101 }
            }
            #expect(try await pool.queryOne("SELECT n FROM sums")["n"] == 101)
        }
    }

    @Test func aHandlerThatFailsLeavesNoClaimAndNoEffect() async throws {
        struct Failure: Error {}
        let broker = try await TestServers.rabbitMQ().broker(retryDelay: .milliseconds(50))
        try await TestServers.withPool(migrations: Self.migrations) { pool async throws in
            let runs = Shared(0)
            try await publish([try event(5)], broker)
            try await consuming(broker, pool) { event, tx in
                try await tx.execute("UPDATE sums SET n = n + 5")
                if runs.change({
                    $0 += 1; return $0
                }) < 3 {
                    throw Failure()
                }
            } _: {
                try await eventually(within: .seconds(20)) { try await pool.queryOne("SELECT n FROM sums")["n"] == 5 }
            }
            #expect(runs.value == 3)
        }
    }

    @Test func whatIsNoEventGoesToTheDeadQueue() async throws {
        let broker = try await TestServers.rabbitMQ().broker()
        try await TestServers.withPool(migrations: Self.migrations) { pool async throws in
            try await publish([Array("no event".utf8)], broker)
            try await consuming(broker, pool) { _, _ in
            } _: {
                _ = try await eventually { try await broker.take(1, from: "payment.events.dead").first }
            }
        }
    }

    @Test func anEventWaitsForTheDatabaseWithoutCountingAsFailed() async throws {
        let broker = try await TestServers.rabbitMQ().broker(retryDelay: .milliseconds(50))
        let server = try await PostgresServer.start()
        var configuration = PostgresConfiguration(try await server.database())
        configuration.leaseTimeout = .milliseconds(200)
        let pool = PostgresPool(configuration)
        try await Migrator(Self.migrations).migrate(pool)
        server.kill()
        try await publish([try event(7)], broker)
        try await consuming(broker, pool) { event, tx in
            try await tx.execute("UPDATE sums SET n = n + 7")
        } _: {
            try await server.restart()
            try await eventually(within: .seconds(20)) {
                (try? await pool.queryOne("SELECT n FROM sums")["n"]) == 7
            }
        }
        #expect(try await broker.take(1, from: "payment.events.dead").isEmpty)
        await pool.close()
        await server.stop()
    }
}
