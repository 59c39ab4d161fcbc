public import Contracts
public import PostgreSQL

#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// Writes events into the transaction that makes them true; the relay publishes them afterwards.
///
/// Events of one subject are published in the order of their rows, so transactions about one aggregate must follow one
/// another, as they do when each changes or locks the aggregate's row before it appends.
public struct Outbox: Sendable {
    public let source: ServiceName

    public init(source: ServiceName) { self.source = source }

    /// Adds an event about `subject` (the aggregate: events of one subject stay in order). Returns the event's id.
    @discardableResult
    public func append<Payload: Codable & Sendable>(
        _ type: EventType, subject: UUID, data: Payload, correlationID: String? = Correlation.id,
        in transaction: PostgresTransaction
    ) async throws -> UUID {
        let event = CloudEvent(source: source, type: type, subject: subject, correlationID: correlationID, data: data)
        try await transaction.execute(try insert(event))
        return event.id
    }

    /// The statement that `append` runs, for callers that batch it with others.
    public func statement<Payload: Codable & Sendable>(
        _ type: EventType, subject: UUID, data: Payload, correlationID: String? = Correlation.id
    ) throws -> SQL {
        try insert(
            CloudEvent(source: source, type: type, subject: subject, correlationID: correlationID, data: data))
    }

    private func insert(_ event: CloudEvent<some Codable & Sendable>) throws -> SQL {
        let body = String(decoding: try ContractsJSON.encoder().encode(event), as: UTF8.self)
        let sql: SQL = """
            INSERT INTO outbox (event_id, type, subject, correlation_id, body)
            VALUES (\(event.id), \(event.type.rawValue), \(event.subject), \(event.correlationid), \(body))
            """
        return sql.signalling(Self.signal)
    }

    /// Sent at commit to the relay of this process.
    static let signal = "outbox"

    /// Wakes the relay at commit; for rows that were inserted by other means, since `statement` does so itself.
    public static let notification = SQL("SELECT 1").signalling(signal)

    /// The table's migration (version 1).
    public static let migration = Migration(
        1, "outbox",
        """
        CREATE TABLE outbox (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            event_id uuid NOT NULL,
            type text NOT NULL,
            subject text NOT NULL,
            correlation_id text,
            body text NOT NULL,
            created_at timestamptz NOT NULL DEFAULT now()
        )
        """)
}
