/// An error answer: RFC 9457 problem details (`application/problem+json`) with a stable `code` for programs.
///
/// Throw it from a handler. Everything else that is thrown becomes a 500 without details, except errors that say the
/// database or a peer is unavailable, which become 503.
public struct Problem: Error, Sendable, Hashable {
    public var status: Int
    public var code: String
    public var title: String
    public var detail: String?
    public var errors: [FieldError]
    public var headers: [String: String]

    public init(
        status: Int, code: String, title: String, detail: String? = nil, errors: [FieldError] = [],
        headers: [String: String] = [:]
    ) {
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.errors = errors
        self.headers = headers
    }

    public static func badRequest(_ code: String, _ detail: String, errors: [FieldError] = []) -> Problem {
        Problem(status: 400, code: code, title: "Bad Request", detail: detail, errors: errors)
    }

    public static func unauthorized(
        _ code: String = "authentication_required", _ detail: String = "A valid access token is required."
    ) -> Problem {
        Problem(
            status: 401, code: code, title: "Unauthorized", detail: detail,
            headers: ["WWW-Authenticate": "Bearer realm=\"storefront\""])
    }

    public static func forbidden(
        _ code: String = "forbidden", _ detail: String = "You may not do this."
    ) -> Problem {
        Problem(status: 403, code: code, title: "Forbidden", detail: detail)
    }

    public static func notFound(_ code: String = "not_found", _ detail: String = "There is no such thing.") -> Problem {
        Problem(status: 404, code: code, title: "Not Found", detail: detail)
    }

    public static func conflict(_ code: String, _ detail: String) -> Problem {
        Problem(status: 409, code: code, title: "Conflict", detail: detail)
    }

    /// Well-formed but not acceptable: 422.
    public static func unprocessable(_ code: String, _ detail: String, errors: [FieldError] = []) -> Problem {
        Problem(status: 422, code: code, title: "Unprocessable Content", detail: detail, errors: errors)
    }

    public static func tooManyRequests(
        _ code: String = "too_many_requests", _ detail: String = "Too many requests.", retryAfter seconds: Int
    ) -> Problem {
        Problem(
            status: 429, code: code, title: "Too Many Requests", detail: detail,
            headers: ["Retry-After": String(seconds)])
    }

    public static func unavailable(
        _ code: String = "unavailable", _ detail: String = "Try again in a moment.", retryAfter seconds: Int = 1
    ) -> Problem {
        Problem(
            status: 503, code: code, title: "Service Unavailable", detail: detail,
            headers: ["Retry-After": String(seconds)])
    }
}
