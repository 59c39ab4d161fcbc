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

    private struct Last: Sendable {
        var input: String
        var outcome: Outcome
        /// When it may be looked at again, and when it is to be.
        var earliest: ContinuousClock.Instant
        var next: ContinuousClock.Instant
    }

    private var last: Last?
    private var failures = 0

    /// - Parameter input: a hash of everything that the check depends on.
    func decide(_ input: String, now: ContinuousClock.Instant) -> Decision {
        guard let last, input == last.input, now < last.earliest else { return .check }
        return .reuse(last.outcome, for: last.next - now)
    }

    /// Takes note of a check's outcome; returns when to look again.
    ///
    /// - Parameter random: from 0 to 1, where in the time that the pace leaves.
    mutating func record(
        _ outcome: Outcome, _ input: String, now: ContinuousClock.Instant, pace: CheckPace,
        random: Double = .random(in: 0...1)
    ) -> Duration {
        let pause: Duration
        if outcome == .done {
            failures = 0
            pause = CheckPace.spread(pace.rest, random: random)
        } else {
            failures = last?.input == input ? failures + 1 : 1
            // Grows slowly: mostly a server is just starting, and a shop waits for it.
            pause = min(.milliseconds(250) * failures, pace.retry)
        }
        // A shop's servers are looked at in one pass, though their times differ.
        let earliest = now + (outcome == .done ? CheckPace.spread(pace.rest, random: 0) : pause)
        last = Last(input: input, outcome: outcome, earliest: earliest, next: now + pause)
        return pause
    }
}
