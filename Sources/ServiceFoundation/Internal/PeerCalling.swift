public import Contracts
public import HTTPTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A call to another service's internal listener.
public struct PeerRequest: Sendable {
    public var service: ServiceName
    public var method: HTTPRequest.Method
    /// Path and query, `/internal/v1/…`; encode ids with `UUID.text`, other text with `PeerRequest.escape`.
    public var path: String
    public var body: [UInt8]?
    public var headers: [String: String]
    /// Calls that may be done twice without harm are repeated on connection errors and 503.
    public var idempotent: Bool
    public var timeout: Duration

    public init(
        _ service: ServiceName, _ method: HTTPRequest.Method, _ path: String, body: [UInt8]? = nil,
        headers: [String: String] = [:], idempotent: Bool = true, timeout: Duration = .seconds(5)
    ) {
        self.service = service
        self.method = method
        self.path = path
        self.body = body
        self.headers = headers
        self.idempotent = idempotent
        self.timeout = timeout
    }
}

/// An answer below 400.
public struct PeerResponse: Sendable {
    public let status: Int
    public let headers: [String: String]
    public let body: [UInt8]

    public init(status: Int, headers: [String: String] = [:], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    public func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try ContractsJSON.decoder().decode(type, from: Data(body))
    }
}

/// Why a call has no good answer.
public enum PeerError: Error, Sendable, CustomStringConvertible {
    /// The peer answered with a problem (any status from 400).
    case problem(ServiceName, Problem)
    /// No answer: not resolvable, refused, broken, TLS failure, or past the timeout. For a call that changes something
    /// the outcome is unknown.
    case unreachable(ServiceName, String)

    public var description: String {
        switch self {
        case .problem(let service, let problem): "\(service.rawValue) answered \(problem.status) \(problem.code)"
        case .unreachable(let service, let cause): "\(service.rawValue) did not answer: \(cause)"
        }
    }
}

/// Calls other services; `PeerClient` is the implementation over mTLS, tests have their own.
public protocol PeerCalling: Sendable {
    /// Throws `PeerError`.
    func send(_ request: PeerRequest) async throws -> PeerResponse
}

extension PeerCalling {
    /// Calls without a body and decodes the answer.
    public func get<Answer: Decodable>(
        _ service: ServiceName, _ path: String, as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        try await send(PeerRequest(service, .get, path)).decode(type)
    }

    /// Calls with a JSON body and decodes the answer.
    public func post<Answer: Decodable>(
        _ service: ServiceName, _ path: String, _ body: some Encodable, idempotent: Bool = true,
        as type: Answer.Type = Answer.self
    ) async throws -> Answer {
        let bytes = [UInt8](try ContractsJSON.encoder().encode(body))
        return try await send(PeerRequest(service, .post, path, body: bytes, idempotent: idempotent)).decode(type)
    }
}

extension PeerRequest {
    /// Percent-encodes a text for use as one path segment or query value.
    public static func escape(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var result: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 48...57, 65...90, 97...122, 45, 46, 95, 126: result.append(byte)
            default: result += [37, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: result, as: UTF8.self)
    }
}
