import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import PostgreSQL
import Redis

/// Which problem an error becomes. Nothing of an unexpected error reaches the client.
enum ProblemMapping {
    static func problem(of error: any Error, _ logger: Logger) -> Problem {
        switch error {
        case let problem as Problem: return problem
        case let error as any HTTPResponseError: return problem(ofStatus: error.status)
        case is NIOTooManyBytesError: return problem(ofStatus: .contentTooLarge)
        case let error as PostgresError: return problem(of: error, logger)
        case let error as RedisError where error.isUnavailable:
            logger.warning("redis unavailable", metadata: ["error": "\(error)"])
            return .unavailable()
        case PeerError.unreachable:
            logger.warning("peer unavailable", metadata: ["error": "\(error)"])
            return .unavailable()
        case PeerError.problem(_, let problem) where problem.status == 503:
            return .unavailable()
        case is CancellationError: return .unavailable()
        default:
            logger.error("unexpected error", metadata: ["error": "\(error)"])
            return internalError
        }
    }

    private static func problem(of error: PostgresError, _ logger: Logger) -> Problem {
        if error.isUnavailable || error.code == .queryCanceled {
            logger.warning("database unavailable", metadata: ["error": "\(error)"])
            return .unavailable()
        }
        switch error.code.rawValue {
        // Characters that PostgreSQL cannot store, numbers that its types cannot hold: bad input that got this far.
        case "22021", "22P05":
            return .badRequest("invalid_text", "A text has characters that cannot be stored.")
        case "22003", "22001":
            return .unprocessable("out_of_range", "A value is out of range.")
        default:
            logger.error("unexpected database error", metadata: ["error": "\(error)"])
            return internalError
        }
    }

    private static let internalError = Problem(
        status: 500, code: "internal_error", title: "Internal Server Error", detail: "Something went wrong on our side."
    )

    /// The problem of an error that only has a status.
    static func problem(ofStatus status: HTTPResponse.Status) -> Problem {
        switch status.code {
        case 400: .badRequest("bad_request", "The request is malformed.")
        case 401: .unauthorized()
        case 403: .forbidden()
        case 404: .notFound("not_found", "There is no such resource.")
        case 405:
            Problem(status: 405, code: "method_not_allowed", title: "Method Not Allowed")
        case 413:
            Problem(
                status: 413, code: "content_too_large", title: "Content Too Large",
                detail: "The request body is too large.")
        case 415:
            Problem(
                status: 415, code: "unsupported_media_type", title: "Unsupported Media Type",
                detail: "The request body must be application/json.")
        case 500...: internalError
        default:
            Problem(status: status.code, code: "bad_request", title: status.reasonPhrase)
        }
    }
}
