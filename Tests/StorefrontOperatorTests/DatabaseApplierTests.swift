import Contracts
import Foundation
import PostgreSQL
import Synchronization
import TestOperator
import TestServers
import Testing

@testable import StorefrontOperator

/// A real server whose roles have to sign in with their passwords.
@Suite("Databases on a server", .serialized)
struct DatabaseApplierTests {
    struct Scene {
        var applier: DatabaseApplier
        var plans: [DatabasePlan]
        var superuser: PostgresCredentials

        func credentials(_ service: ServiceName, database: ServiceName? = nil) -> PostgresCredentials {
            let plan = plans.first { $0.service == service }
            let other = plans.first { $0.service == database ?? service }
            var credentials = superuser
            credentials.user = plan?.name ?? ""
            credentials.password = plan?.password ?? ""
            credentials.database = other?.name ?? ""
            return credentials
        }

        func apply() async throws -> [String] { try await applier.apply(plans) { _ in } }
    }

    /// A shop's databases, made by an administrator that is no superuser.
    static func scene(_ shop: String) async throws -> Scene {
        let server = try await ShopServers.postgres()
        var administrator = server.superuserCredentials
        administrator.user = "keeper"
        administrator.password = "keeper-secret"
        let storefront = try Fixtures.shop(name: shop)
        let material = try ShopMaterial(of: storefront, existing: [:], now: Date())
        return Scene(
            applier: DatabaseApplier(administrator: administrator),
            plans: ServiceName.allCases.map { DatabasePlan(storefront, $0, material: material) },
            superuser: server.superuserCredentials)
    }

    @Test("are made once, by an administrator that is no superuser, and not touched again")
    func idempotent() async throws {
        let scene = try await Self.scene("once")
        let created = Mutex<Set<ServiceName>>([])
        let first = try await scene.applier.apply(scene.plans) { service in
            created.withLock { _ = $0.insert(service) }
        }
        #expect(first.count >= 15)
        #expect(created.withLock { $0 } == Set(ServiceName.allCases))
        #expect(try await scene.apply() == [])
        try await ShopServers.query(scene.credentials(.user)) {
            try await $0.script("CREATE TABLE t (id int); INSERT INTO t VALUES (1)")
        }
        #expect(try await scene.apply() == [])
    }

    @Test("let a service into its own database and no other")
    func isolation() async throws {
        let scene = try await Self.scene("apart")
        _ = try await scene.apply()
        try await ShopServers.query(scene.credentials(.order)) { try await $0.script("CREATE TABLE orders (id int)") }
        let failure = await #expect(throws: PostgresError.self) {
            try await ShopServers.query(scene.credentials(.order, database: .user)) { try await $0.script("SELECT 1") }
        }
        #expect(failure?.message.contains("permission denied for database") == true)
        await #expect(throws: PostgresError.self) {
            try await ShopServers.query(scene.credentials(.order)) { try await $0.script("CREATE DATABASE mine") }
        }
    }

    @Test(
        "are as planned when one who made them was cut off at the n-th statement, for every n", arguments: Last.allCases
    )
    func cut(_ last: Last) async throws {
        let scene = try await Self.scene("cut")
        var number = 0
        var wasCut = true
        while wasCut {
            number += 1
            let cutter = StatementCutter(at: number, last)
            let port = try await cutter.start(upstream: scene.superuser.port)
            var cutOff = scene.applier
            cutOff.administrator.port = port
            // One after the other, so that the n-th statement is always the same.
            let changes = try? await cutOff.apply([scene.plans[0]]) { _ in }
            try await cutter.stop()
            wasCut = cutter.isCut
            #expect((changes == nil) == wasCut)
            _ = try await scene.applier.apply([scene.plans[0]]) { _ in }
            #expect(try await scene.applier.apply([scene.plans[0]]) { _ in } == [], "after a cut at \(number)")
            _ = try await ShopServers.query(scene.credentials(.user)) { try await $0.query("SELECT 1") }
            try await scene.applier.remove([scene.plans[0]])
        }
        #expect(number > 8)
    }

    @Test("are repaired: password, limit, privileges, owner, a lost database")
    func drift() async throws {
        let scene = try await Self.scene("drift")
        _ = try await scene.apply()
        let name = scene.plans[0].name
        let other = scene.plans[1].name
        try await ShopServers.query(scene.superuser) { connection in
            for statement in [
                "ALTER ROLE \"\(name)\" PASSWORD 'stolen'", "ALTER ROLE \"\(name)\" CONNECTION LIMIT 1 CREATEDB",
                "GRANT CONNECT ON DATABASE \"\(name)\" TO PUBLIC", "GRANT ALL ON DATABASE \"\(name)\" TO \"\(other)\"",
                "ALTER ROLE \"\(other)\" NOLOGIN", "DROP DATABASE \"\(scene.plans[2].name)\"",
            ] {
                try await connection.script(statement)
            }
        }
        let lost = Mutex<[ServiceName]>([])
        let changes = try await scene.applier.apply(scene.plans) { service in lost.withLock { $0.append(service) } }
        #expect(changes.count >= 6)
        #expect(lost.withLock { $0 } == [scene.plans[2].service])
        #expect(try await scene.apply() == [])
        for plan in scene.plans {
            _ = try await ShopServers.query(scene.credentials(plan.service)) { try await $0.query("SELECT 1") }
        }
        await #expect(throws: PostgresError.self) {
            try await ShopServers.query(scene.credentials(scene.plans[1].service, database: scene.plans[0].service)) {
                try await $0.script("SELECT 1")
            }
        }
    }

    @Test("are gone after their removal, even while somebody is connected")
    func removal() async throws {
        let scene = try await Self.scene("gone")
        _ = try await scene.apply()
        try await ShopServers.query(scene.credentials(.user)) { connection in
            _ = try await connection.query("SELECT 1")
            try await scene.applier.remove(scene.plans)
        }
        let names = scene.plans.map(\.name)
        let left = try await ShopServers.query(scene.superuser) { connection in
            var left = 0
            for name in names {
                left += try await connection.query("SELECT 1 FROM pg_database WHERE datname = \(name)").count
                left += try await connection.query("SELECT 1 FROM pg_roles WHERE rolname = \(name)").count
            }
            return left
        }
        #expect(left == 0)
        try await scene.applier.remove(scene.plans)
    }

    @Test("that cannot be reached or administered are told apart")
    func failures() async throws {
        var scene = try await Self.scene("failing")
        scene.applier.administrator.password = "wrong"
        let refused = await #expect(throws: DatabaseFailure.self) { try await scene.apply() }
        #expect(refused?.kind == .unauthorized)
        scene.applier.administrator = scene.superuser
        scene.applier.administrator.port = 1
        let gone = await #expect(throws: DatabaseFailure.self) { try await scene.apply() }
        #expect(gone == DatabaseFailure(.unreachable, "connection refused"))
        scene.applier.administrator.host = "no-such-host.invalid"
        let unknown = await #expect(throws: DatabaseFailure.self) { try await scene.apply() }
        #expect(unknown == DatabaseFailure(.unreachable, "unknown host"))
    }

    @Test("that the administrator may not make are told as such")
    func forbidden() async throws {
        var scene = try await Self.scene("forbidden")
        try await ShopServers.query(scene.superuser) {
            try await $0.script("CREATE ROLE nobody_special LOGIN PASSWORD 'secret'")
        }
        scene.applier.administrator.user = "nobody_special"
        scene.applier.administrator.password = "secret"
        let failure = await #expect(throws: DatabaseFailure.self) { try await scene.apply() }
        #expect(failure?.kind == .forbidden)
    }
}
