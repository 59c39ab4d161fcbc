public import Contracts
public import PostgreSQL

/// Writes events into the transaction that makes them true; the relay publishes them afterwards.
public struct Outbox: Sendable {
    public let source: ServiceName

    public init(source: ServiceName) { self.source = source }

    /// Adds an event about `subject` (the aggregate: events of one subject stay in order). Returns the event's id.
    @discardableResult
    public func append<Payload: Codable & Sendable>(
        _ type: EventType, subject: UUID, data: Payload, correlationID: String? = Correlation.id,
        in transaction: PostgresTransaction
    ) async throws -> UUID { fatalError("soon") }

    /// The statement that `append` runs, for callers that batch it with others; follow with `notification`.
    public func statement<Payload: Codable & Sendable>(
        _ type: EventType, subject: UUID, data: Payload, correlationID: String? = Correlation.id
    ) throws -> SQL { fatalError("soon") }

    /// Wakes the relay at commit.
    public static let notification: SQL = "SELECT pg_notify('storefront_outbox', '')"

    /// The table's migration (version 1).
    public static let migration = Migration(1, "outbox", "")
}

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif
