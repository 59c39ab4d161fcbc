public import PostgreSQL

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Remembers which events were handled, in the transactions that handled them.
public struct Inbox: Sendable {
    public init() {}

    /// Claims an event; `false` when it was handled before. Waits for another transaction that is handling it.
    public func claim(_ event: UUID, in transaction: PostgresTransaction) async throws -> Bool {
        try await transaction.execute(
            "INSERT INTO inbox (event_id) VALUES (\(event)) ON CONFLICT DO NOTHING") == 1
    }

    /// Forgets events handled more than thirty days ago: nothing repeats them so late.
    public static func removeOld(_ pool: PostgresPool) async throws {
        try await pool.execute("DELETE FROM inbox WHERE handled_at < now() - interval '30 days'")
    }

    /// The table's migration (version 2).
    public static let migration = Migration(
        2, "inbox",
        """
        CREATE TABLE inbox (
            event_id uuid PRIMARY KEY,
            handled_at timestamptz NOT NULL DEFAULT now()
        );
        CREATE INDEX inbox_handled_at ON inbox (handled_at)
        """)
}
