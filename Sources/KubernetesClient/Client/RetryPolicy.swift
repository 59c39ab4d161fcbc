/// Whether and when one request is sent again.
struct RetryPolicy: Sendable {
    private let isIdempotent: Bool
    private let title: String
    private let maximumAttempts: Int
    private let retryTime: Duration
    private var backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(10))
    private var attempts = 0
    private var hasRenewed = false
    /// An attempt may have taken effect without an answer.
    private var mayHaveTakenEffect = false

    init(_ request: APIRequest, _ configuration: ClientConfiguration) {
        isIdempotent = request.isIdempotent
        title = request.title
        maximumAttempts = configuration.maximumAttempts
        retryTime = configuration.retryTime
    }

    /// Credentials are renewed once for a request.
    mutating func mayRenewCredentials() -> Bool {
        defer { hasRenewed = true }
        return !hasRenewed
    }

    /// How long to wait before the next attempt; `nil` when there must be none.
    ///
    /// - Parameters:
    ///   - elapsed: since the first attempt began.
    ///   - random: what is drawn from 0…1; a test gives its own.
    mutating func pause(
        after error: KubernetesError, elapsed: Duration, random: Double = .random(in: 0...1)
    ) -> Duration? {
        attempts += 1
        if error.isUncertain { mayHaveTakenEffect = true }
        guard attempts < maximumAttempts, isWorthwhile(error) else { return nil }
        var pause = backoff.next(random: random)
        if let seconds = error.status?.retryAfterSeconds { pause = max(pause, .seconds(seconds)) }
        return elapsed + pause <= retryTime ? pause : nil
    }

    private func isWorthwhile(_ error: KubernetesError) -> Bool {
        switch error {
        case .status(let status):
            // A server that is too busy, or that names a time, has not acted on the request.
            if status.code == 429 || (status.code >= 500 && status.retryAfterSeconds != nil) { return true }
            return isIdempotent && [500, 502, 503, 504].contains(status.code)
        case .transport: return true
        case .uncertain: return isIdempotent
        case .unexpectedAnswer, .configuration, .cancelled: return false
        }
    }

    /// What to throw in the end: once an attempt may have taken effect, the silence or unwillingness of the server
    /// afterwards does not make that untrue.
    func final(_ error: KubernetesError) -> KubernetesError {
        guard mayHaveTakenEffect else { return error }
        switch error {
        case .transport(let transport):
            return .uncertain(.init(request: title, mayHaveBeenSent: true, underlying: transport.underlying))
        case .configuration:
            return .uncertain(.init(request: title, mayHaveBeenSent: true, underlying: error))
        case .status(let status) where status.code == 401 || status.code == 429 || status.code >= 500:
            return .uncertain(.init(request: title, mayHaveBeenSent: true, underlying: error))
        default: return error
        }
    }
}
