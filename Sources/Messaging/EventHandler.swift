public import Contracts
public import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An event as a consumer sees it: the envelope, and the payload when asked for.
public struct ReceivedEvent: Sendable {
    public let envelope: CloudEvent<AnyPayload>
    public let body: [UInt8]

    public var type: EventType { envelope.type }

    /// Throws `DecodingError` for what is not a CloudEvent of a known type.
    public init(body: [UInt8]) throws {
        self.body = body
        self.envelope = try ContractsJSON.decoder().decode(CloudEvent<AnyPayload>.self, from: Data(body))
    }

    /// The payload; throws `DecodingError`, which counts as a failed attempt.
    public func data<Payload: Codable & Sendable>(_ type: Payload.Type = Payload.self) throws -> Payload {
        try ContractsJSON.decoder().decode(CloudEvent<Payload>.self, from: Data(body)).data
    }
}

/// Handles one event inside the transaction in which it was claimed, so that it takes effect exactly once.
public typealias EventHandler = @Sendable (ReceivedEvent, PostgresTransaction) async throws -> Void
