/// When to probe and what the results mean, as a value.
///
/// Beside the probes that count, every period, it takes quick looks before the first success, so that a container that
/// is ready after 80 ms need not wait for a period of 10 s to be seen as such; a quick look that fails counts nothing.
struct ProbeTracker: Sendable, Equatable {
    enum Verdict: Sendable, Equatable {
        case unchanged
        case succeeded
        case failed
    }

    let spec: ProbeSpec
    private var successes = 0
    private var failures = 0
    private var hasSucceeded = false
    private var quickLooks = 0
    /// Until the next probe that counts.
    private var untilCounted: Duration

    static let firstQuickLook = Duration.milliseconds(25)
    static let slowestQuickLook = Duration.seconds(1)

    init(_ spec: ProbeSpec) {
        self.spec = spec
        untilCounted = spec.period
    }

    /// How long to wait for the next probe.
    ///
    /// - Returns: the pause and whether that probe counts.
    mutating func pause() -> (Duration, counts: Bool) {
        guard !hasSucceeded else { return (spec.period, true) }
        let quick = min(Self.firstQuickLook * (1 << min(quickLooks, 6)), Self.slowestQuickLook)
        quickLooks += 1
        guard quick < untilCounted else {
            let pause = untilCounted
            untilCounted = spec.period
            return (pause, true)
        }
        untilCounted -= quick
        return (quick, false)
    }

    mutating func record(success: Bool, counts: Bool) -> Verdict {
        if success {
            failures = 0
            successes += 1
            hasSucceeded = true
            return successes == spec.successThreshold ? .succeeded : .unchanged
        }
        guard counts else { return .unchanged }
        successes = 0
        failures += 1
        return failures == spec.failureThreshold ? .failed : .unchanged
    }
}
