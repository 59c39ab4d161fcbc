public import Contracts
public import PostgreSQL

/// An event as a consumer sees it: the envelope, and the payload when asked for.
public struct ReceivedEvent: Sendable {
    public let envelope: CloudEvent<AnyPayload>
    public let body: [UInt8]

    public var type: EventType { envelope.type }

    /// The payload; throws `DecodingError`, which counts as a failed attempt.
    public func data<Payload: Codable & Sendable>(_ type: Payload.Type = Payload.self) throws -> Payload {
        fatalError("soon")
    }
}

/// Handles one event inside the transaction in which it was claimed, so that it takes effect exactly once.
public typealias EventHandler = @Sendable (ReceivedEvent, PostgresTransaction) async throws -> Void
