import KubernetesClient

/// Who leads, as a value: fed with what a Lease says and whether writes of it succeeded, it answers what to do.
///
/// Durations are those of a clock that nobody can set; the time of day is only written, never compared. Whether
/// another's Lease has expired is judged from the moment this process saw the record change (as in client-go), so that
/// clocks need not agree. This process's own claim ends `renewDeadline` after the last renewal that succeeded was
/// *sent*: nobody can have seen that renewal earlier, so nobody takes over before `leaseDuration` has passed since.
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
        case .failed: return expireClaim(now: now) + [.readAgain(after: pause)]
        }
    }

    private mutating func observe(_ record: LeaseRecord?, now: Instant, time: Timestamp) -> [Action] {
        let actions = expireClaim(now: now)
        if let record, record.holder == identity {
            if observed?.record != record { observed = (record, now) }
            return actions + [.write(claim(after: record, time: time), isNew: false)]
        }
        guard let record else {
            // Somebody deleted the Lease. Its holder, if not this process, may work on until its claim ends.
            if let left = timeLeftToAnother(now: now) { return actions + [.readAgain(after: min(left, pause))] }
            return actions + [.write(claim(after: nil, time: time), isNew: true)]
        }
        return actions + giveWay() + observeAnothers(record, now: now, time: time)
    }

    private mutating func observeAnothers(_ record: LeaseRecord, now: Instant, time: Timestamp) -> [Action] {
        if observed?.record != record { observed = (record, now) }
        if let left = timeLeftToAnother(now: now) { return [.readAgain(after: min(left, pause))] }
        return [.write(claim(after: record, time: time), isNew: false)]
    }

    private mutating func wrote(_ record: LeaseRecord, begun: Instant, now: Instant) -> [Action] {
        let wasLeading = isLeading
        observed = (record, begun)
        claimEnd = begun + timing.renewDeadline
        // The answer may have taken so long that the claim is over already.
        let over = expireClaim(now: now)
        guard over.isEmpty else { return (wasLeading ? over : []) + [.readAgain(after: .zero)] }
        return (wasLeading ? [] : [.startLeading]) + [.readAgain(after: timing.retryPeriod)]
    }

    private mutating func giveWay() -> [Action] {
        guard isLeading else { return [] }
        claimEnd = nil
        return [.stopLeading]
    }

    private mutating func expireClaim(now: Instant) -> [Action] {
        claimEnd.map { $0 <= now } ?? false ? giveWay() : []
    }

    /// How long another's Lease is still valid; `nil` when it is nobody's, this process's own, or expired.
    private func timeLeftToAnother(now: Instant) -> Duration? {
        guard let (record, since) = observed, let holder = record.holder, holder != identity else { return nil }
        let duration = record.durationSeconds > 0 ? .seconds(record.durationSeconds) : timing.leaseDuration
        let left = since + duration - now
        return left > .zero ? left : nil
    }

    /// A candidate looks more often than a leader renews, so that it sees soon that it may take over.
    private var pause: Duration { isLeading ? timing.retryPeriod : timing.retryPeriod / 4 }

    private func claim(after record: LeaseRecord?, time: Timestamp) -> LeaseRecord {
        let isRenewal = record?.holder == identity
        return LeaseRecord(
            holder: identity, durationSeconds: timing.leaseSeconds,
            acquireTime: isRenewal ? record?.acquireTime ?? time : time, renewTime: time,
            transitions: (record?.transitions ?? 0) + (record == nil || isRenewal ? 0 : 1))
    }
}
