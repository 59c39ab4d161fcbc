internal import APIMachinery
internal import HTTPTypes
internal import Hummingbird
internal import KubernetesClient
internal import NIOCore

extension Response {
    static func json(_ bytes: [UInt8], status: Int = 200, type: String = "application/json") -> Response {
        Response(
            status: .init(code: status), headers: [.contentType: type, .cacheControl: "no-cache, private"],
            body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func json(_ value: JSONValue, status: Int = 200, type: String = "application/json") -> Response {
        json(value.bytes() + [UInt8(ascii: "\n")], status: status, type: type)
    }

    static func text(_ text: String, status: Int = 200) -> Response {
        Response(
            status: .init(code: status), headers: [.contentType: "text/plain; charset=utf-8"],
            body: .init(byteBuffer: ByteBuffer(string: text)))
    }

    /// The answer to a path nobody serves.
    static let pageNotFound = Response.text("404 page not found\n", status: 404)

    static func failure(_ error: StatusError) -> Response {
        var response = json(error.status, status: error.code)
        if let seconds = error.details?.retryAfterSeconds { response.headers[.retryAfter] = String(seconds) }
        return response
    }

    func with(warnings: [String]) -> Response {
        var response = self
        for warning in warnings {
            let quoted = warning.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
            response.headers.append(HTTPField(name: .warning, value: "299 - \"\(quoted)\""))
        }
        return response
    }
}

extension HTTPField.Name {
    static var warning: HTTPField.Name { HTTPField.Name("Warning") ?? .via }
}

/// A refusal that comes with warnings.
struct WarnedFailure: Error {
    var error: StatusError
    var warnings: [String]

    /// What a step says, with warnings when it refuses.
    static func adding<T>(_ warnings: @autoclosure () -> [String], to step: () throws -> T) throws -> T {
        do {
            return try step()
        } catch let failure as WarnedFailure {
            throw WarnedFailure(error: failure.error, warnings: warnings() + failure.warnings)
        } catch let error as StatusError {
            let warnings = warnings()
            throw warnings.isEmpty ? error as any Error : WarnedFailure(error: error, warnings: warnings)
        }
    }
}

extension StatusError {
    static let methodNotAllowed = StatusError(
        code: 405, reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource", details: Details())
    static let resourceNotFound = StatusError(
        code: 404, reason: "NotFound", message: "the server could not find the requested resource", details: Details())
    static let unauthorized = StatusError(code: 401, reason: "Unauthorized", message: "Unauthorized")

    /// 422 about the options of a request.
    static func invalidOptions(_ kind: String, _ errors: [FieldError]) -> StatusError {
        .invalid(kind: kind, group: "meta.k8s.io", name: "", errors)
    }
}
