/// When a server outside of the cluster is looked at: again within a minute when all was well, soon again after a
/// failure, at once when what is wanted of it has changed.
struct CheckSchedule: Sendable {
    enum Outcome: Sendable, Hashable {
        case done
        case failed(reason: String, message: String)
    }

    enum Decision: Sendable, Hashable {
        case check
        /// The last outcome still stands, for so long.
        case reuse(Outcome, for: Duration)
    }

    static let interval = Duration.seconds(45)
    static let longestPause = Duration.seconds(10)

    private var input = ""
    private var outcome: Outcome?
    private var next: ContinuousClock.Instant?
    private var failures = 0

    /// - Parameter input: a hash of everything that the check depends on.
    func decide(_ input: String, now: ContinuousClock.Instant) -> Decision {
        guard input == self.input, let outcome, let next, now < next else { return .check }
        return .reuse(outcome, for: next - now)
    }

    /// Takes note of a check's outcome; returns when to look again.
    mutating func record(_ outcome: Outcome, _ input: String, now: ContinuousClock.Instant) -> Duration {
        let pause: Duration
        if outcome == .done {
            failures = 0
            pause = Self.interval
        } else {
            failures = self.input == input ? failures + 1 : 1
            // Grows slowly: mostly a server is just starting, and a shop waits for it.
            pause = min(.milliseconds(250) * failures, Self.longestPause)
        }
        self.input = input
        self.outcome = outcome
        next = now + pause
        return pause
    }
}
