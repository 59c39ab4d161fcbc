import Contracts
import Foundation
import Messaging
import PostgreSQL
import TestServers
import Testing

@Suite struct OutboxTests {
    struct Payload: Codable, Sendable, Equatable { var step: Int }
    let outbox = Outbox(source: .order)
    static let migrations = [Outbox.migration, Inbox.migration]

    /// Runs so many relays, as so many replicas would.
    func relaying(
        _ count: Int, _ pool: PostgresPool, _ credentials: RabbitMQCredentials,
        _ body: @Sendable @escaping () async throws -> Void
    ) async throws {
        let publishers = (0..<count).map { _ in MessagePublisher(RabbitMQConfiguration(credentials)) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for publisher in publishers {
                group.addTask { try await OutboxRelay(pool, publisher: publisher, batchSize: 7).run() }
            }
            try await body()
            group.cancelAll()
        }
        for publisher in publishers { await publisher.close() }
    }

    func steps(_ broker: TestBroker, _ count: Int) async throws -> [String: [Int]] {
        var steps: [String: [Int]] = [:]
        for message in try await broker.take(count, from: "payment.events") {
            let event = try ReceivedEvent(body: Array(message.payload.utf8))
            steps[event.envelope.subject, default: []].append(try event.data(Payload.self).step)
        }
        return steps
    }

    @Test func committedEventsArePublishedInOrderPerSubjectAndRolledBackOnesNever() async throws {
        struct Stop: Error {}
        let broker = try await TestServers.rabbitMQ().broker()
        try await TestServers.withPool(migrations: Self.migrations) { pool async throws in
            let subjects = (0..<5).map { _ in UUID.v7() }
            try await relaying(3, pool, broker.credentials(of: .order)) {
                for step in 0..<20 {
                    for subject in subjects {
                        try await pool.transaction { tx in
                            try await outbox.append(
                                .orderConfirmed, subject: subject, data: Payload(step: step), in: tx)
                        }
                    }
                    try? await pool.transaction { tx in
                        try await outbox.append(.orderConfirmed, subject: subjects[0], data: Payload(step: -1), in: tx)
                        throw Stop()
                    }
                }
                try await eventually(within: .seconds(20)) {
                    try await pool.queryOne("SELECT count(*) AS n FROM outbox")["n"] == 0
                }
            }
            let steps = try await steps(broker, 1000)
            #expect(Set(steps.keys) == Set(subjects.map(\.text)))
            for (_, seen) in steps { #expect(seen == Array(0..<20)) }
        }
    }

    @Test func aCommitWakesTheRelayAtOnce() async throws {
        let broker = try await TestServers.rabbitMQ().broker()
        try await TestServers.withPool(migrations: Self.migrations) { pool async throws in
            try await relaying(1, pool, broker.credentials(of: .order)) {
                var fastest = Duration.seconds(60)
                for step in 0..<10 {
                    let start = ContinuousClock.now
                    try await pool.transaction { tx in
                        try await outbox.append(.orderConfirmed, subject: .v7(), data: Payload(step: step), in: tx)
                    }
                    try await eventually { try await pool.queryOne("SELECT count(*) AS n FROM outbox")["n"] == 0 }
                    fastest = min(fastest, ContinuousClock.now - start)
                }
                // Polling alone would take 125 ms on average.
                #expect(fastest < .milliseconds(100))
            }
        }
    }

    @Test func nothingIsLostWhileTheBrokerIsAwayAndItsEventsKeepTheirCorrelation() async throws {
        let server = try await RabbitMQServer.start()
        let broker = try await server.broker()
        try await TestServers.withPool(migrations: Self.migrations) { pool async throws in
            let subject = UUID.v7()
            @Sendable func append(_ steps: Range<Int>) async throws {
                for step in steps {
                    try await Correlation.$id.withValue("corr-\(step)") {
                        try await pool.transaction { tx in
                            try await outbox.append(
                                .orderConfirmed, subject: subject, data: Payload(step: step), in: tx)
                        }
                    }
                }
            }
            try await relaying(1, pool, broker.credentials(of: .order)) {
                try await append(0..<10)
                try await eventually { try await pool.queryOne("SELECT count(*) AS n FROM outbox")["n"] == 0 }
                server.kill()
                try await append(10..<30)
                try await server.restart()
                try await eventually(within: .seconds(30)) {
                    try await pool.queryOne("SELECT count(*) AS n FROM outbox")["n"] == 0
                }
            }
            let messages = try await broker.take(1000, from: "payment.events")
            // A batch may come twice, but in order and complete once repetitions are taken out.
            var seen: [Int] = []
            for message in messages {
                let event = try ReceivedEvent(body: Array(message.payload.utf8))
                let step = try event.data(Payload.self).step
                #expect(event.envelope.correlationid == "corr-\(step)")
                #expect(message.properties.correlationID == "corr-\(step)")
                #expect(message.properties.messageID == event.envelope.id.text)
                if !seen.contains(step) { seen.append(step) }
            }
            #expect(seen == Array(0..<30))
        }
        server.stop()
    }
}
