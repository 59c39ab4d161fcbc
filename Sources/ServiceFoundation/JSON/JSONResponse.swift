public import HTTPTypes
public import Hummingbird

/// An answer whose bytes are known: what handlers return, and what an idempotency key replays.
public struct JSONResponse: ResponseGenerator, Sendable {
    public var status: HTTPResponse.Status
    public var headers: HTTPFields
    public var body: [UInt8]

    public init(status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Encodes a value with `ContractsJSON`.
    public init(_ value: some Encodable, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) throws {
        fatalError("soon")
    }

    /// 204.
    public static let noContent = JSONResponse(status: .noContent, body: [])

    public func response(from request: Request, context: some RequestContext) throws -> Response {
        fatalError("soon")
    }
}
