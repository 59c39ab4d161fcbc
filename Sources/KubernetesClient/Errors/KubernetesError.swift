/// Why a request to the API server did not succeed.
///
/// No description holds a token, a key or a request's headers.
public enum KubernetesError: Error, Sendable {
    /// The server answered with a failure.
    case status(Status)
    /// There was no answer, and nothing was changed: the connection could not be made, or it was lost or too slow while
    /// reading.
    case transport(Transport)
    /// There was no answer to a write that the server may have carried out: look before doing it again.
    case uncertain(Transport)
    /// An answer that is not what the API promises.
    case unexpectedAnswer(String)
    /// The client cannot be set up: a missing file, a kubeconfig that makes no sense.
    case configuration(String)
    /// The task was cancelled.
    case cancelled

    /// What went wrong below HTTP.
    public struct Transport: Sendable {
        /// The request, as `GET /api/v1/pods`, without its query.
        public var request: String
        /// Whether the server may have seen the request; then only an idempotent one may be sent again.
        public var mayHaveBeenSent: Bool
        /// What the layer below said.
        public var underlying: any Error

        public init(request: String, mayHaveBeenSent: Bool, underlying: any Error) {
            self.request = request
            self.mayHaveBeenSent = mayHaveBeenSent
            self.underlying = underlying
        }
    }
}

extension KubernetesError {
    /// What the server answered; `nil` when it did not.
    public var status: Status? {
        if case .status(let status) = self { status } else { nil }
    }

    /// There is no such object, or no such kind.
    public var isNotFound: Bool { has(404, "NotFound") }
    /// Another writer was first (or a server-side apply met another manager's field); not ``isAlreadyExists``.
    public var isConflict: Bool { status.map { $0.code == 409 && $0.reason != "AlreadyExists" } ?? false }
    /// There is an object of that name.
    public var isAlreadyExists: Bool { has(nil, "AlreadyExists") }
    /// The resource version or continue token is too old: list again.
    public var isGone: Bool { has(410, "Gone") || has(nil, "Expired") }
    /// Who is known may not do it.
    public var isForbidden: Bool { has(403, "Forbidden") }
    /// The credentials are missing, wrong or too old.
    public var isUnauthorized: Bool { has(401, "Unauthorized") }
    /// The object is against its schema or rules; ``Status/causes`` names the fields.
    public var isInvalid: Bool { has(422, "Invalid") }
    /// The request makes no sense to the server.
    public var isBadRequest: Bool { has(400, "BadRequest") }
    /// The server is too busy, or an eviction is not allowed now.
    public var isTooManyRequests: Bool { has(429, "TooManyRequests") }
    /// The server could not do it in time; it may still have.
    public var isServerTimeout: Bool { has(nil, "ServerTimeout") || has(504, "Timeout") }
    /// The server, or what it needs, is not there now.
    public var isUnavailable: Bool { has(503, "ServiceUnavailable") }
    /// Creating an object in a namespace that is on its way out.
    public var isNamespaceTerminating: Bool {
        status?.causes.contains { $0.reason == "NamespaceTerminating" } ?? false
    }
    /// The task was cancelled.
    public var isCancelled: Bool {
        if case .cancelled = self { true } else { false }
    }
    /// There was no answer, whether or not something was changed.
    public var isTransport: Bool {
        switch self {
        case .transport, .uncertain: true
        default: false
        }
    }
    /// A write of which it is not known whether it took effect.
    public var isUncertain: Bool {
        if case .uncertain = self { true } else { false }
    }
    /// The server does not stream lists (``WatchOptions/sendInitialEvents``): the feature is off or not yet known to it.
    public var isStreamingListRefused: Bool {
        guard let status, [400, 404, 406, 422].contains(status.code) else { return false }
        return ["sendInitialEvents", "resourceVersionMatch"].contains { name in
            status.message.contains(name) || status.causes.contains { $0.field.contains(name) }
        }
    }

    private func has(_ code: Int?, _ reason: String) -> Bool {
        guard let status else { return false }
        return status.reason == reason || (code != nil && status.code == code)
    }
}

extension KubernetesError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .status(let status):
            "\(status.reason.isEmpty ? "Failure" : status.reason) (\(status.code)): \(status.message)"
        case .transport(let transport): "\(transport.request): \(transport.underlying)"
        case .uncertain(let transport):
            "\(transport.request): no answer, and it may have taken effect: \(transport.underlying)"
        case .unexpectedAnswer(let text): "unexpected answer: \(text)"
        case .configuration(let text): text
        case .cancelled: "cancelled"
        }
    }
}
