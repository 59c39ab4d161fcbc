import PostgreSQL
import TestServers
import Testing

@Suite struct TransactionTests {
    static let migrations = [
        Migration(
            1, "accounts",
            "CREATE TABLE accounts (id int PRIMARY KEY, balance int NOT NULL CHECK (balance >= 0)); INSERT INTO accounts VALUES (1, 100), (2, 100)"
        )
    ]

    @Test func whatThrowsIsRolledBack() async throws {
        struct Stop: Error {}
        try await TestServers.withPool(migrations: Self.migrations) { pool async throws in
            await #expect(throws: Stop.self) {
                try await pool.transaction { tx in
                    try await tx.execute("UPDATE accounts SET balance = 0")
                    throw Stop()
                }
            }
            let sum: Int = try await pool.queryOne("SELECT sum(balance) AS s FROM accounts")["s"]
            #expect(sum == 200)
        }
    }

    @Test func aSwallowedErrorDoesNotCommitSilently() async throws {
        try await TestServers.withPool(migrations: Self.migrations) { pool async throws in
            await #expect(throws: PostgresError.self) {
                try await pool.transaction { tx in
                    try await tx.execute("UPDATE accounts SET balance = 50 WHERE id = 1")
                    _ = try? await tx.execute("UPDATE accounts SET balance = -1 WHERE id = 2")
                }
            }
            let balance: Int = try await pool.queryOne("SELECT balance FROM accounts WHERE id = 1")["balance"]
            #expect(balance == 100)
        }
    }

    @Test func serializableTransfersAreRetriedUntilAllHaveHappened() async throws {
        try await TestServers.withPool(migrations: Self.migrations) { pool async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 {
                    group.addTask {
                        try await pool.transaction(isolation: .serializable) { tx in
                            let balance: Int = try await tx.queryOne("SELECT balance FROM accounts WHERE id = 1")[
                                "balance"]
                            try await tx.execute("UPDATE accounts SET balance = \(balance - 1) WHERE id = 1")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await pool.queryOne("SELECT balance FROM accounts WHERE id = 1")["balance"] == 94)
        }
    }

    @Test func deadlocksAreRetried() async throws {
        try await TestServers.withPool(migrations: Self.migrations) { pool async throws in
            let meeting = Shared(0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (first, second) in [(1, 2), (2, 1)] {
                    group.addTask {
                        try await pool.transaction { tx in
                            try await tx.execute("UPDATE accounts SET balance = balance + 1 WHERE id = \(first)")
                            meeting.change { $0 += 1 }
                            try await eventually { meeting.value >= 2 }
                            try await tx.execute("UPDATE accounts SET balance = balance + 1 WHERE id = \(second)")
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await pool.queryOne("SELECT sum(balance) AS s FROM accounts")["s"] == 204)
            #expect(meeting.value >= 3)
        }
    }

    @Test func aTransactionCannotBeUsedAfterItsEnd() async throws {
        try await TestServers.withPool(migrations: Self.migrations) { pool async throws in
            let kept = try await pool.transaction { tx in
                try await tx.execute("SELECT 1")
                return tx
            }
            let error = await #expect(throws: PostgresError.self) { try await kept.execute("SELECT 1") }
            #expect(error?.code == .misuse)
        }
    }

    @Test func aTransactionWhoseConnectionIsKilledBeforeCommitIsDoneAgain() async throws {
        try await TestServers.withPool(migrations: Self.migrations) { pool async throws in
            let runs = Shared(0)
            let server = try await TestServers.postgres()
            let administration = PostgresPool(PostgresConfiguration(server.superuserCredentials))
            try await pool.transaction { tx in
                let pid: Int = try await tx.queryOne("SELECT pg_backend_pid() AS pid")["pid"]
                try await tx.execute("UPDATE accounts SET balance = balance - 10 WHERE id = 1")
                if runs.change({
                    $0 += 1; return $0
                }) == 1 {
                    try await administration.execute("SELECT pg_terminate_backend(\(pid), 5000)")
                }
                try await tx.execute("UPDATE accounts SET balance = balance + 10 WHERE id = 2")
            }
            await administration.close()
            #expect(runs.value == 2)
            #expect(try await pool.queryOne("SELECT balance FROM accounts WHERE id = 1")["balance"] == 90)
            #expect(try await pool.queryOne("SELECT balance FROM accounts WHERE id = 2")["balance"] == 110)
        }
    }
}
