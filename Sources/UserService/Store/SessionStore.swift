import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The table `refresh_tokens`.
struct SessionStore: Sendable {
    func insert(_ token: RefreshToken, hash: [UInt8], in database: some PostgresExecutor) async throws {
        try await database.execute(
            """
            INSERT INTO refresh_tokens (id, family_id, user_id, token_hash, expires_at)
            VALUES (\(token.id), \(token.familyID), \(token.userID), \(hash), \(token.expiresAt))
            """)
    }

    /// The token of a hash, locked until the transaction ends.
    ///
    /// Locks the token's whole family first: whoever ends a family must see the token that a rotation at the same moment
    /// is adding to it.
    func lock(_ hash: [UInt8], in transaction: PostgresTransaction) async throws -> RefreshToken? {
        try await transaction.execute(
            """
            SELECT pg_advisory_xact_lock(hashtextextended(family_id::text, 0)) FROM refresh_tokens
            WHERE token_hash = \(hash)
            """)
        guard
            let row = try await transaction.queryFirst(
                """
                SELECT id, family_id, user_id, expires_at, used_at, revoked_at FROM refresh_tokens
                WHERE token_hash = \(hash) FOR UPDATE
                """)
        else { return nil }
        return RefreshToken(
            id: try row["id"], familyID: try row["family_id"], userID: try row["user_id"],
            expiresAt: try row["expires_at"], usedAt: try row["used_at"], revokedAt: try row["revoked_at"])
    }

    func markUsed(_ id: UUID, in transaction: PostgresTransaction) async throws {
        try await transaction.execute("UPDATE refresh_tokens SET used_at = now() WHERE id = \(id)")
    }

    func revokeFamily(_ family: UUID, in database: some PostgresExecutor) async throws {
        try await database.execute(
            "UPDATE refresh_tokens SET revoked_at = now() WHERE family_id = \(family) AND revoked_at IS NULL")
    }

    /// Ends every session of a person.
    func revokeAll(of user: UUID, in database: some PostgresExecutor) async throws {
        try await database.execute(
            "UPDATE refresh_tokens SET revoked_at = now() WHERE user_id = \(user) AND revoked_at IS NULL")
    }

    /// Forgets tokens that ran out more than a day ago.
    func removeExpired(in database: some PostgresExecutor) async throws {
        try await database.execute("DELETE FROM refresh_tokens WHERE expires_at < now() - interval '1 day'")
    }
}
