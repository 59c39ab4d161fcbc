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
    public func claim(_ event: UUID, in transaction: PostgresTransaction) async throws -> Bool { fatalError("soon") }

    /// The table's migration (version 2).
    public static let migration = Migration(2, "inbox", "")
}
