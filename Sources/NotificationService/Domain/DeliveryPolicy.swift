#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How an attempt to send ended.
enum DeliveryOutcome: Sendable, Equatable {
    case delivered
    /// Refused for good.
    case rejected(String)
    /// Worth another try.
    case postponed(String)
}

/// What becomes of a notification after an attempt.
enum DeliveryDecision: Sendable, Equatable {
    case sent
    case bounced(String)
    case failed(String)
    /// After so many seconds.
    case again(seconds: Int, String)
}

/// When to try again: after 15 seconds, then twice as long each time up to an hour; given up after 12 attempts, which
/// is more than five hours later.
enum DeliveryPolicy {
    static let maximumAttempts = 12

    /// `attempts` counts the one that has just ended.
    static func decide(_ outcome: DeliveryOutcome, attempts: Int) -> DeliveryDecision {
        switch outcome {
        case .delivered: .sent
        case .rejected(let reason): .bounced(reason)
        case .postponed(let reason):
            attempts >= maximumAttempts
                ? .failed(reason) : .again(seconds: min(3600, 15 << min(8, max(0, attempts - 1))), reason)
        }
    }
}
