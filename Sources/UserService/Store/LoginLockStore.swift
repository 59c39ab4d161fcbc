import Crypto
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The table `login_locks`; the key is the SHA-256 of the address, since addresses without an account are no business
/// of ours.
struct LoginLockStore: Sendable {
    func lock(_ email: EmailAddress, in database: some PostgresExecutor) async throws -> LoginLock {
        try Self.value(
            try await database.queryFirst(
                """
                SELECT failures, last_failure, locked_until FROM login_locks WHERE email_hash = \(Self.key(email))
                """))
    }

    /// Counts a wrong password; attempts for one address at the same time are counted one after the other.
    func countFailure(_ email: EmailAddress, at now: Date, in transaction: PostgresTransaction) async throws {
        let key = Self.key(email)
        let results = try await transaction.batch([
            """
            INSERT INTO login_locks (email_hash, failures, last_failure) VALUES (\(key), 0, \(now))
            ON CONFLICT DO NOTHING
            """,
            "SELECT failures, last_failure, locked_until FROM login_locks WHERE email_hash = \(key) FOR UPDATE",
        ])
        let next = try Self.value(results[1].first).failed(at: now)
        try await transaction.execute(
            """
            UPDATE login_locks SET failures = \(next.failures), last_failure = \(next.lastFailure ?? now),
                locked_until = \(next.lockedUntil)
            WHERE email_hash = \(key)
            """)
    }

    /// Forgets the failures after the right password.
    func clear(_ email: EmailAddress, in database: some PostgresExecutor) async throws {
        try await database.execute("DELETE FROM login_locks WHERE email_hash = \(Self.key(email))")
    }

    func removeOld(in database: some PostgresExecutor) async throws {
        try await database.execute("DELETE FROM login_locks WHERE last_failure < now() - interval '1 day'")
    }

    private static func value(_ row: Row?) throws -> LoginLock {
        guard let row else { return LoginLock() }
        return LoginLock(
            failures: try row["failures"], lastFailure: try row["last_failure"], lockedUntil: try row["locked_until"])
    }

    private static func key(_ email: EmailAddress) -> [UInt8] { Array(SHA256.hash(data: Data(email.text.utf8))) }
}
