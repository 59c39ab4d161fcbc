public import KubernetesClient
public import Logging
import Metrics
public import ServiceLifecycle
import Synchronization

/// Runs something in one process at a time of all that name the same Lease.
///
/// The work is cancelled when the Lease could not be renewed in time, before it can expire, and started again when it
/// is won anew; so it must be able to run more than once. On graceful shutdown the work is let end, then the Lease is
/// given back, so that another need not wait for it to expire.
public final class LeaderElection: Service {
    let client: KubernetesClient
    let lease: ObjectKey
    let identity: String
    let timing: LeaseTiming
    let logger: Logger
    let work: @Sendable () async throws -> Void
    let leading = Mutex(false)
    let master: Meter

    /// - Parameters:
    ///   - client: best one with connections of its own (``KubernetesClient/separateConnections()``).
    ///   - lease: the Lease's namespace and name.
    ///   - identity: this process, different from all others: the pod's name and something random.
    ///   - work: what only the leader does, until cancelled or told to shut down gracefully.
    public init(
        client: KubernetesClient, lease: ObjectKey, identity: String, timing: LeaseTiming = LeaseTiming(),
        logger: Logger = Logger(label: "leader-election"), work: @escaping @Sendable () async throws -> Void
    ) {
        self.client = client
        self.lease = lease
        self.identity = identity
        self.timing = timing
        self.logger = logger
        self.work = work
        master = Meter(label: "leader_election_master_status", dimensions: [("name", lease.name)])
    }

    public convenience init(
        client: KubernetesClient, lease: ObjectKey, identity: String, timing: LeaseTiming = LeaseTiming(),
        logger: Logger = Logger(label: "leader-election"), leading service: any Service
    ) {
        self.init(client: client, lease: lease, identity: identity, timing: timing, logger: logger) {
            try await service.run()
        }
    }

    /// Whether this process leads now.
    public var isLeading: Bool { leading.withLock { $0 } }

    /// Runs until cancelled or told to shut down gracefully.
    ///
    /// - Throws: what the work threw.
    public func run() async throws {
        try await run(Campaign(machine: LeaderElectionMachine(identity: identity, timing: timing)))
    }
}
