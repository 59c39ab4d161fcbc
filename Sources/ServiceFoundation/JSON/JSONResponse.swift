import Contracts
public import HTTPTypes
public import Hummingbird
import NIOCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

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
        self.init(status: status, headers: headers, body: [UInt8](try ContractsJSON.encoder().encode(value)))
    }

    /// 204.
    public static let noContent = JSONResponse(status: .noContent, body: [])

    public func response(from request: Request, context: some RequestContext) throws -> Response {
        var fields = headers
        if !body.isEmpty {
            if fields[.contentType] == nil { fields[.contentType] = "application/json" }
            fields[.contentLength] = String(body.count)
        }
        return Response(status: status, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: body)))
    }
}
