import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Testing

/// What a test reads of a problem.
struct SeenProblem: Decodable {
    struct Field: Decodable, Equatable {
        var pointer: String
        var detail: String
    }
    var status: Int
    var code: String
    var title: String
    var instance: String
    var errors: [Field]?
}

extension TestClientProtocol {
    func send(
        _ method: HTTPRequest.Method, _ uri: String, _ headers: HTTPFields = [:], body: String? = nil
    ) async throws -> TestResponse {
        var headers = headers
        if body != nil, headers[.contentType] == nil { headers[.contentType] = "application/json" }
        return try await execute(uri: uri, method: method, headers: headers, body: body.map { ByteBuffer(string: $0) })
    }
}

extension TestResponse {
    var text: String { String(buffer: body) }

    func decode<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSONDecoder().decode(type, from: Data(body.readableBytesView))
    }

    /// The problem document; also checks that it is one.
    func problem(_ location: SourceLocation = #_sourceLocation) throws -> SeenProblem {
        #expect(headers[.contentType] == "application/problem+json", sourceLocation: location)
        let problem = try decode(SeenProblem.self)
        #expect(problem.status == status.code, sourceLocation: location)
        return problem
    }
}

extension HTTPField.Name {
    static let correlation = HTTPField.Name("X-Correlation-ID") ?? .via
    static let request = HTTPField.Name("X-Request-ID") ?? .via
    static let idempotency = HTTPField.Name("Idempotency-Key") ?? .via
    static let replayed = HTTPField.Name("Idempotency-Replayed") ?? .via
}
