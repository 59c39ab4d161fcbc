import PostgreSQL
import TestServers
import Testing

@Suite struct MigratorTests {
    let first = Migration(100, "things", "CREATE TABLE things (id int PRIMARY KEY); INSERT INTO things VALUES (1)")
    let second = Migration(101, "it's named", "ALTER TABLE things ADD COLUMN name text NOT NULL DEFAULT 'x;y'")

    @Test func stepsAreAppliedOnceInOrder() async throws {
        try await TestServers.withPool { pool async throws in
            #expect(try await Migrator([first]).isCurrent(pool) == false)
            #expect(try await Migrator([first]).migrate(pool) == [100])
            #expect(try await Migrator([second, first]).migrate(pool) == [101])
            #expect(try await Migrator([second, first]).migrate(pool) == [])
            #expect(try await Migrator([first, second]).isCurrent(pool))
            #expect(try await pool.queryOne("SELECT name FROM things")["name"] == "x;y")
        }
    }

    @Test func manyAtOnceApplyEachStepOnce() async throws {
        try await TestServers.withPool { pool async throws in
            let applied = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<5 { group.addTask { try await Migrator([first, second]).migrate(pool) } }
                return try await group.reduce([], +)
            }
            #expect(applied == [100, 101])
        }
    }

    @Test func anEditedStepIsRefusedBeforeAnythingChanges() async throws {
        try await TestServers.withPool { pool async throws in
            try await Migrator([first]).migrate(pool)
            let edited = Migration(100, "things", "CREATE TABLE others (id int)")
            let error = await #expect(throws: PostgresError.self) {
                try await Migrator([edited, second]).migrate(pool)
            }
            #expect(error?.code == .migration)
            #expect(try await Migrator([edited]).isCurrent(pool) == false)
            #expect(try await Migrator([first, second]).migrate(pool) == [101])
        }
    }

    @Test func aStepThatFailsLeavesNothingBehind() async throws {
        try await TestServers.withPool { pool async throws in
            let bad = Migration(102, "bad", "CREATE TABLE half (id int); SELECT 1/0")
            await #expect(throws: PostgresError.self) { try await Migrator([first, bad]).migrate(pool) }
            #expect(try await pool.queryOne("SELECT to_regclass('half') IS NULL AS gone")["gone"] == true)
            #expect(try await Migrator([first]).isCurrent(pool))
            // The lock is free again.
            #expect(try await Migrator([first, second]).migrate(pool) == [101])
        }
    }
}
