/// When a leader must have renewed its Lease, with client-go's defaults.
public struct LeaseTiming: Sendable, Hashable {
    /// How long others wait after the last renewal before they take over.
    public var leaseDuration: Duration
    /// How long the leader tries to renew before it stops leading; shorter than the lease, so that it has stopped
    /// when another begins.
    public var renewDeadline: Duration
    /// The pause between attempts.
    public var retryPeriod: Duration

    /// - Precondition: `retryPeriod < renewDeadline < leaseDuration`.
    public init(
        leaseDuration: Duration = .seconds(15), renewDeadline: Duration = .seconds(10),
        retryPeriod: Duration = .seconds(2)
    ) {
        precondition(
            retryPeriod < renewDeadline && renewDeadline < leaseDuration,
            "a lease must be renewed before it expires")
        self.leaseDuration = leaseDuration
        self.renewDeadline = renewDeadline
        self.retryPeriod = retryPeriod
    }
}
