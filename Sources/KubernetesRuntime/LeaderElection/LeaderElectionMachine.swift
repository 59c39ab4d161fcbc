import KubernetesClient

/// Who leads, as a value: fed with what a Lease says and whether writes of it succeeded, it answers what to do.
///
/// Whether another's Lease has expired is judged by this process's own clock, from the moment it saw the record change
/// (as in client-go), so that clocks need not agree. This process's own claim ends `renewDeadline` after the last
/// renewal that succeeded was *begun*, which is before anybody else may take over.
struct LeaderElectionMachine: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Input: Sendable {
        /// The Lease as read; `nil` when there is none.
        case observed(LeaseRecord?)
        /// A write succeeded that was begun at this moment.
        case written(LeaseRecord, begun: Instant)
        /// Reading or writing failed; the write may have come through all the same.
        case failed
    }

    enum Action: Sendable, Hashable {
        /// Write this record, over the version read only.
        case write(LeaseRecord, isNew: Bool)
        /// Read the Lease again after this pause.
        case readAgain(after: Duration)
        case startLeading
        /// Cancel the work and wait for its end.
        case stopLeading
    }

    private let identity: String
    private let timing: LeaseTiming
    /// What the Lease said, and when it first said so.
    private var observed: (record: LeaseRecord, since: Instant)?
    /// When the claim ends; set while leading.
    private(set) var claimEnd: Instant?

    init(identity: String, timing: LeaseTiming) {
        self.identity = identity
        self.timing = timing
    }

    var isLeading: Bool { claimEnd != nil }

    /// - Parameters:
    ///   - now: for durations.
    ///   - time: for what is written.
    mutating func handle(_ input: Input, now: Instant, time: Timestamp) -> [Action] {
        switch input {
        case .observed(let record): return observe(record, now: now, time: time)
        case .written(let record, let begun): return wrote(record, begun: begun, now: now)
        case .failed: return expireClaim(now: now) + [.readAgain(after: timing.retryPeriod)]
        }
    }

    private mutating func observe(_ record: LeaseRecord?, now: Instant, time: Timestamp) -> [Action] {
        guard let record else {
            observed = nil
            return expireClaim(now: now) + [.write(claim(after: nil, time: time), isNew: true)]
        }
        if observed?.record != record { observed = (record, now) }
        if record.holder == identity {
            return expireClaim(now: now) + [.write(claim(after: record, time: time), isNew: false)]
        }
        var actions: [Action] = []
        if isLeading {
            claimEnd = nil
            actions.append(.stopLeading)
        }
        let since = observed?.since ?? now
        let duration = max(Duration.seconds(record.durationSeconds), timing.retryPeriod)
        guard record.holder == nil || since + duration <= now else {
            return actions + [.readAgain(after: timing.retryPeriod)]
        }
        return actions + [.write(claim(after: record, time: time), isNew: false)]
    }

    private mutating func wrote(_ record: LeaseRecord, begun: Instant, now: Instant) -> [Action] {
        let wasLeading = isLeading
        observed = (record, begun)
        claimEnd = begun + timing.renewDeadline
        guard let claimEnd, claimEnd > now else {
            // The answer took so long that the claim is over already.
            self.claimEnd = nil
            return (wasLeading ? [.stopLeading] : []) + [.readAgain(after: .zero)]
        }
        return (wasLeading ? [] : [.startLeading]) + [.readAgain(after: timing.retryPeriod)]
    }

    private mutating func expireClaim(now: Instant) -> [Action] {
        guard let claimEnd, claimEnd <= now else { return [] }
        self.claimEnd = nil
        return [.stopLeading]
    }

    private func claim(after record: LeaseRecord?, time: Timestamp) -> LeaseRecord {
        let isRenewal = record?.holder == identity
        let seconds = Int(timing.leaseDuration.components.seconds)
        return LeaseRecord(
            holder: identity, durationSeconds: max(1, seconds),
            acquireTime: isRenewal ? record?.acquireTime ?? time : time, renewTime: time,
            transitions: (record?.transitions ?? 0) + (record == nil || isRenewal ? 0 : 1))
    }
}
