public import Logging

/// Brings a schema up to date, under an advisory lock, so that several processes may run it at once.
public struct Migrator: Sendable {
    let migrations: [Migration]
    let logger: Logger

    public init(_ migrations: [Migration], logger: Logger = Logger(label: "migrate")) {
        self.migrations = migrations.sorted { $0.version < $1.version }
        self.logger = logger
    }

    /// "store" in ASCII; any fixed number that other users of advisory locks do not take.
    private static let lock: Int64 = 0x73_746F_7265

    /// Applies what has not been applied, each in its own transaction; returns the versions applied now. Throws
    /// `.migration` if a step applied earlier has other text here, before anything is changed.
    @discardableResult
    public func migrate(_ pool: PostgresPool) async throws -> [Int] {
        for (left, right) in zip(migrations, migrations.dropFirst()) where left.version == right.version {
            throw PostgresError(.migration, "two migrations have version \(left.version)")
        }
        return try await pool.withConnection { connection in
            try await acquireLock(connection)
            do {
                let applied = try await applyPending(connection)
                _ = try await connection.query("SELECT pg_advisory_unlock(\(Self.lock))")
                return applied
            } catch {
                _ = try? await connection.query("SELECT pg_advisory_unlock(\(Self.lock))")
                throw error
            }
        }
    }

    /// Polls rather than waits, so that neither the statement timeout nor a waiting snapshot is in anybody's way.
    private func acquireLock(_ connection: PostgresConnection) async throws {
        while true {
            let row = try await connection.queryOne("SELECT pg_try_advisory_lock(\(Self.lock)) AS locked")
            if try row["locked"] { return }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    private func applyPending(_ connection: PostgresConnection) async throws -> [Int] {
        try await connection.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version bigint PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now())
            """)
        let known = try await checksums(connection)
        for migration in migrations {
            if let checksum = known[migration.version], checksum != migration.checksum {
                throw PostgresError(.migration, "migration \(migration.version) has changed since it was applied")
            }
        }
        var applied: [Int] = []
        for migration in migrations where known[migration.version] == nil {
            let name = migration.name.replacing("'", with: "''")
            try await connection.script(
                """
                BEGIN;
                SET LOCAL statement_timeout = 0;
                \(migration.sql);
                INSERT INTO schema_migrations (version, name, checksum)
                VALUES (\(migration.version), '\(name)', '\(migration.checksum)');
                COMMIT;
                """)
            logger.info("migrated", metadata: ["version": "\(migration.version)", "name": "\(migration.name)"])
            applied.append(migration.version)
        }
        return applied
    }

    private func checksums(_ executor: some PostgresExecutor) async throws -> [Int: String] {
        var known: [Int: String] = [:]
        for row in try await executor.query("SELECT version, checksum FROM schema_migrations") {
            known[try row["version"]] = try row["checksum"]
        }
        return known
    }

    /// Whether every step has been applied.
    public func isCurrent(_ executor: some PostgresExecutor) async throws -> Bool {
        do {
            let known = try await checksums(executor)
            return migrations.allSatisfy { known[$0.version] == $0.checksum }
        } catch let error as PostgresError where error.code == .undefinedTable {
            return false
        }
    }
}

extension Migration {
    /// FNV-1a (64 bits) of the text: recognises an edit, not an attack.
    var checksum: String {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in sql.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return String(hash, radix: 16)
    }
}
