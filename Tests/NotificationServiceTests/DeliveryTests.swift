import Contracts
import Foundation
import PostgreSQL
import TestServers
import Testing

@testable import NotificationService

@Suite struct DeliveryTests {
    @Test func theWorkerSendsAsSoonAsAnEventIsCommitted() async throws {
        try await World.with { world in
            var worker = world.worker
            worker.interval = .seconds(600)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { [worker] in try await worker.run() }
                try await eventually("the worker to listen") {
                    let row = try await world.pool.queryOne(
                        "SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE 'LISTEN%storefront_notifications%'"
                    )
                    return try row["n"] == 1
                }
                try await world.meetAnn()
                try await eventually("the mail") { try await world.log().map(\.status) == [.sent] }
                group.cancelAll()
            }
            #expect(try world.mails().count == 1)
        }
    }

    @Test func whatCannotBeSentIsTriedAgain() async throws {
        try await World.with { world in
            // A file is where the folder should be.
            try FileManager.default.createDirectory(
                at: world.mailbox.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data().write(to: world.mailbox)
            try await world.meetAnn()
            await world.sendAll()
            #expect(try await world.log().map(\.status) == [.queued])
            let row = try await world.pool.queryOne(
                """
                SELECT failure_reason, attempts, next_attempt_at > now() + interval '10 seconds' AS later
                FROM notifications
                """)
            #expect(try row["failure_reason"] == "the mailbox folder cannot be written")
            #expect(try row["attempts"] == 1)
            #expect(try row["later"] == true)

            try FileManager.default.removeItem(at: world.mailbox)
            try await world.passTime()
            await world.sendAll()
            #expect(try await world.log().map(\.status) == [.sent])
            #expect(try world.mails().count == 1)
        }
    }

    @Test func aMailThatNeverGoesIsGivenUp() async throws {
        try await World.with(notification: NotificationConfiguration(fileChannel: false)) { world in
            try await world.meetAnn()
            for _ in 0..<DeliveryPolicy.maximumAttempts {
                try await world.passTime()
                #expect(await world.worker.sweep() == 1)
            }
            #expect(try await world.log().map(\.status) == [.failed])
            try await world.passTime()
            #expect(await world.worker.sweep() == 0)
        }
    }

    @Test func aMailTakenByAProcessThatDiedIsSentByAnother() async throws {
        try await World.with { world in
            try await world.meetAnn()
            let taken = try await NotificationStore().takeDue(limit: 10, lease: 120, in: world.pool)
            #expect(taken.count == 1)
            // Its lease holds others off, for a while.
            #expect(await world.worker.sweep() == 0)
            try await world.passTime()
            #expect(await world.worker.sweep() == 1)
            #expect(try await world.log().map(\.status) == [.sent])
        }
    }

    @Test func severalWorkersSendEachMailOnce() async throws {
        try await World.with { world in
            for number in 0..<40 {
                let person = UserEventData(
                    userID: .v7(), email: "p\(number)@example.com", firstName: "P", lastName: "Q", role: .customer,
                    version: 1)
                try await world.shop.deliver(world.user(.userRegistered, person))
            }
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<3 { group.addTask { await world.sendAll() } }
            }
            #expect(try await world.log().allSatisfy { $0.status == .sent })
            let attempts: Int = try await world.pool.queryOne("SELECT sum(attempts) AS n FROM notifications")["n"]
            #expect(attempts == 40)
            #expect(try world.mails().count == 40)
        }
    }
}
