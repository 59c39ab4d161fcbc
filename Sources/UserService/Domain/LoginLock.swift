#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The brake on password guessing, kept for each e-mail address whether it has an account or not, so that the brake
/// tells nobody which addresses exist.
struct LoginLock: Sendable, Equatable {
    /// Failed logins in a row that lead to a lock.
    static let limit = 5
    /// Seconds a lock lasts, and after which an old failure is forgotten.
    static let duration: TimeInterval = 900

    var failures = 0
    var lastFailure: Date?
    var lockedUntil: Date?

    /// Seconds until the next attempt is allowed; `nil` when it is allowed now.
    func secondsLocked(at now: Date) -> Int? {
        guard let lockedUntil, lockedUntil > now else { return nil }
        return max(1, Int(lockedUntil.timeIntervalSince(now).rounded(.up)))
    }

    /// The state after another wrong password. Attempts that were under way while the lock fell do not prolong it.
    func failed(at now: Date) -> LoginLock {
        if secondsLocked(at: now) != nil { return self }
        let forgotten = lockedUntil != nil || lastFailure.map { now.timeIntervalSince($0) > Self.duration } ?? true
        let failures = forgotten ? 1 : failures + 1
        return LoginLock(
            failures: failures, lastFailure: now,
            lockedUntil: failures >= Self.limit ? now.addingTimeInterval(Self.duration) : nil)
    }
}
