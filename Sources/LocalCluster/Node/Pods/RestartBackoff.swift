import KubernetesClient

/// The pauses between restarts of one container: none before the first, then 10 s, doubled up to 5 minutes; all is
/// forgiven after 10 minutes without a crash (kubelet's flowcontrol.Backoff).
struct RestartBackoff: Sendable, Equatable {
    static let initial = Duration.seconds(10)
    static let maximum = Duration.seconds(300)

    private(set) var pause: Duration?
    private var lastRestart: Timestamp?

    /// How long a container that ended at `finished` must still wait.
    func remaining(finished: Timestamp, now: Timestamp) -> Duration {
        guard let pause, !isForgiven(at: finished) else { return .zero }
        return max(.zero, finished + pause - now)
    }

    /// Notes a restart of a container that ended at `finished`.
    mutating func restarted(finished: Timestamp, now: Timestamp) {
        pause = isForgiven(at: finished) ? Self.initial : pause.map { min($0 * 2, Self.maximum) } ?? Self.initial
        lastRestart = now
    }

    private func isForgiven(at time: Timestamp) -> Bool {
        guard let lastRestart else { return true }
        return time - lastRestart > Self.maximum * 2
    }
}
