public import Contracts
import HTTPTypes

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

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
