import PostgreSQL
import TestServers
import Testing

@Suite struct PoolTests {
    @Test func neverMoreConnectionsThanTheMaximum() async throws {
        try await TestServers.withPool(maximumConnections: 2) { pool async throws in
            let most = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<10 {
                    group.addTask {
                        let sql: SQL =
                            "SELECT count(*) AS n, pg_sleep(0.02) FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend'"
                        return try await pool.queryOne(sql)["n"]
                    }
                }
                return try await group.reduce(0, max)
            }
            #expect(most == 2)
        }
    }

    @Test func aCallerBeyondTheMaximumFailsAtItsDeadlineAndTheNextSucceeds() async throws {
        var configuration = PostgresConfiguration(try await TestServers.database())
        configuration.maximumConnections = 1
        configuration.leaseTimeout = .milliseconds(300)
        let pool = PostgresPool(configuration)
        try await pool.withConnection { connection in
            _ = try await connection.query("SELECT 1")
            let error = await #expect(throws: PostgresError.self) { _ = try await pool.query("SELECT 1") }
            #expect(error?.code == .poolExhausted)
        }
        #expect(try await pool.query("SELECT 1").count == 1)
        await pool.close()
        let error = await #expect(throws: PostgresError.self) { _ = try await pool.query("SELECT 1") }
        #expect(error?.code == .poolClosed)
    }

    @Test func aCancelledWaiterLeavesTheQueue() async throws {
        try await TestServers.withPool(maximumConnections: 1) { pool async throws in
            try await pool.withConnection { _ in
                let waiter = Task { try await pool.query("SELECT 1").count }
                waiter.cancel()
                await #expect(throws: CancellationError.self) { try await waiter.value }
            }
            #expect(try await pool.query("SELECT 1").count == 1)
        }
    }

    @Test func aCancelledTaskWhoseConnectionCannotBeOpenedEnds() async throws {
        let nobody = PostgresCredentials(
            host: "127.0.0.1", port: try Loopback.freePort(), database: "none", user: "none", password: "",
            sslMode: "disable")
        let pool = PostgresPool(PostgresConfiguration(nobody))
        let waiter = Task { try await pool.query("SELECT 1").count }
        waiter.cancel()
        await #expect(throws: (any Error).self) { try await waiter.value }
        await pool.close()
    }

    @Test func aConnectionLeftInATransactionIsNotLeasedAgain() async throws {
        try await TestServers.withPool(maximumConnections: 1) { pool async throws in
            let first: Int = try await pool.withConnection { connection in
                try await connection.script("BEGIN")
                return try await connection.queryOne("SELECT pg_backend_pid() AS pid")["pid"]
            }
            let second: Int = try await pool.queryOne("SELECT pg_backend_pid() AS pid")["pid"]
            #expect(first != second)
        }
    }

    @Test func theServersDeathIsSurvived() async throws {
        let server = try await PostgresServer.start()
        let pool = PostgresPool(PostgresConfiguration(try await server.database()))
        try await pool.execute("CREATE TABLE t (n int)")
        try await pool.execute("INSERT INTO t VALUES (7)")
        server.kill()
        // A session answers until it notices that its postmaster is gone.
        let error = try await eventually("an error") { () -> PostgresError? in
            do throws(any Error) {
                _ = try await pool.query("SELECT n FROM t")
                return nil
            } catch {
                return error as? PostgresError
            }
        }
        #expect(error.isUnavailable)
        async let restarted: Void = server.restart()
        // Asked while the server is still coming up: waits and succeeds.
        let value: Int = try await eventually(within: .seconds(30)) {
            try? await pool.queryOne("SELECT count(*) AS n FROM pg_class WHERE relname = 't'")["n"]
        }
        #expect(value == 1)
        try await restarted
        await pool.close()
        await server.stop()
    }

    @Test func aNewPasswordIsUsedForTheNextConnection() async throws {
        let server = try await TestServers.postgres()
        let credentials = try await server.database()
        try await TestServers.withPool { _ in }
        let password = Shared("wrong")
        var configuration = PostgresConfiguration(applicationName: "rotation") {
            var now = credentials
            now.password = password.value
            now.database = "absent_" + now.password
            if now.password == "secret" { now.database = credentials.database }
            return now
        }
        configuration.leaseTimeout = .milliseconds(100)
        let pool = PostgresPool(configuration)
        await #expect(throws: PostgresError.self) { _ = try await pool.query("SELECT 1") }
        password.change { $0 = "secret" }
        try await eventually { (try? await pool.query("SELECT 1"))?.count == 1 }
        await pool.close()
    }
}
