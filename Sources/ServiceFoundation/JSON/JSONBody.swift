public import Hummingbird

/// A request's JSON body: read once, at most 1 MiB by default.
public struct JSONBody: Sendable {
    public let bytes: [UInt8]

    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// The body as a value. A body that is not JSON is problem 400 `malformed_json`; a missing member or one of the
    /// wrong type is problem 422 `validation_failed` with its pointer.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value { fatalError("soon") }
}

extension Request {
    /// Reads the body. Problem 413 past the limit, 415 when the content type is not JSON.
    public func jsonBody(limit: Int = 1 << 20) async throws -> JSONBody { fatalError("soon") }

    /// Reads and decodes the body.
    public func json<Value: Decodable>(_ type: Value.Type = Value.self, limit: Int = 1 << 20) async throws -> Value {
        try await jsonBody(limit: limit).decode(type)
    }
}
