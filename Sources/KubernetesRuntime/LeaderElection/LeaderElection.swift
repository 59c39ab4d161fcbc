public import KubernetesClient
public import Logging
import Metrics
public import ServiceLifecycle
import Synchronization

/// Runs something in one process at a time of all that name the same Lease.
///
/// The work is cancelled when the Lease could not be renewed in time, before it can expire, and started again when it
/// is won anew; so it must be able to run more than once. On graceful shutdown the work is let end
/// (``LeaseTiming/shutdownGrace``), then the Lease is given back, so that another need not wait for it to expire.
///
/// **Two never write at once.** A leader's claim ends `renewDeadline` after it *sent* its last successful renewal, by a
/// clock that runs on while the machine sleeps and that nobody sets; others begin `leaseDuration` after they *saw* that
/// renewal, by their own. Inside the work a `WriteLimit` is in force: no write is sent after the claim's end, one in
/// progress then is given up, and the server is told to give it up, too. What is assumed is that a request which its
/// sender has given up takes effect, if at all, within `leaseDuration - renewDeadline` (five seconds); that clocks run
/// at about the same rate; and that nobody deletes the Lease or sets the server's state back. A write that has to be
/// safe even so carries the `resourceVersion` it was decided on, which the server refuses once another has written.
public final class LeaderElection: Service {
    let client: KubernetesClient
    let lease: ObjectKey
    let identity: String
    let timing: LeaseTiming
    let logger: Logger
    let work: @Sendable () async throws -> Void
    /// The time of day to write; nothing is decided by it.
    let time: @Sendable () -> Timestamp
    /// The claim, while leading.
    let claim = Mutex<WriteLimit?>(nil)
    let master: Meter

    /// - Parameters:
    ///   - client: best one with connections of its own (`separateConnections()`).
    ///   - lease: the Lease's namespace and name.
    ///   - identity: this process, different from all others: the pod's name and something random.
    ///   - timing: the same for all.
    ///   - logger: told of every change.
    ///   - work: what only the leader does, until cancelled or told to shut down gracefully. It should await what it
    ///     does in tasks of its own: a detached task knows of no limit.
    public convenience init(
        client: KubernetesClient, lease: ObjectKey, identity: String, timing: LeaseTiming = LeaseTiming(),
        logger: Logger = Logger(label: "leader-election"), work: @escaping @Sendable () async throws -> Void
    ) {
        self.init(
            client: client, lease: lease, identity: identity, timing: timing, logger: logger, time: { .now },
            work: work)
    }

    /// An election whose work is a service; see the other initializer for its parameters.
    public convenience init(
        client: KubernetesClient, lease: ObjectKey, identity: String, timing: LeaseTiming = LeaseTiming(),
        logger: Logger = Logger(label: "leader-election"), leading service: any Service
    ) {
        self.init(client: client, lease: lease, identity: identity, timing: timing, logger: logger) {
            try await service.run()
        }
    }

    init(
        client: KubernetesClient, lease: ObjectKey, identity: String, timing: LeaseTiming, logger: Logger,
        time: @escaping @Sendable () -> Timestamp, work: @escaping @Sendable () async throws -> Void
    ) {
        self.client = client
        self.lease = lease
        self.identity = identity
        self.timing = timing
        self.logger = logger
        self.time = time
        self.work = work
        master = Meter(label: "leader_election_master_status", dimensions: [("name", lease.name)])
    }

    /// Whether this process leads now: never true in two processes at once.
    public var isLeading: Bool { claim.withLock { $0 }.map { $0.end > .now } ?? false }

    /// Runs until cancelled or told to shut down gracefully.
    ///
    /// - Throws: what the work threw.
    public func run() async throws {
        try await run(Campaign(machine: LeaderElectionMachine(identity: identity, timing: timing)))
    }
}
