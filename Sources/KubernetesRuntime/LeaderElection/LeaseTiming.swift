/// When a leader must have renewed its Lease, with client-go's defaults.
public struct LeaseTiming: Sendable, Hashable {
    /// How long others wait after the last renewal before they take over. A Lease holds whole seconds: what is written
    /// is rounded up.
    public var leaseDuration: Duration
    /// How long the leader may work after it sent the last renewal that succeeded; shorter than the lease, by the time
    /// that a request may be on its way to the server after its sender gave it up.
    public var renewDeadline: Duration
    /// The pause between renewals. Who waits for the Lease reads it four times as often.
    public var retryPeriod: Duration
    /// How long the work may go on once it is told to shut down gracefully, before it is cancelled.
    public var shutdownGrace: Duration

    /// - Precondition: `retryPeriod < renewDeadline < leaseDuration`.
    public init(
        leaseDuration: Duration = .seconds(15), renewDeadline: Duration = .seconds(10),
        retryPeriod: Duration = .seconds(2), shutdownGrace: Duration = .milliseconds(500)
    ) {
        precondition(
            retryPeriod < renewDeadline && renewDeadline < leaseDuration,
            "a lease must be renewed before it expires")
        self.leaseDuration = leaseDuration
        self.renewDeadline = renewDeadline
        self.retryPeriod = retryPeriod
        self.shutdownGrace = shutdownGrace
    }

    /// What a Lease says: never less than ``leaseDuration``.
    var leaseSeconds: Int {
        let (seconds, attoseconds) = leaseDuration.components
        return max(1, Int(seconds) + (attoseconds > 0 ? 1 : 0))
    }
}
