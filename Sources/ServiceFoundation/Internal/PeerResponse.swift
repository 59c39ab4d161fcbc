import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

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
