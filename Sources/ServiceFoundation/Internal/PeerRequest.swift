public import Contracts
public import HTTPTypes

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
