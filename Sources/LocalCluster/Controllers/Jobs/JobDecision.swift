import KubernetesClient

/// One pass over a Job as a value: pods to make, to delete and to let go, and its status.
///
/// A finished pod is counted once and for all: its UID is first noted in `uncountedTerminatedPods` (an index in
/// `completedIndexes`), then its tracking finalizer is removed, and only then is it counted (KEP-2307), so that no crash
/// in between counts it twice or never.
struct JobDecision: Equatable {
    static let finalizer = "batch.kubernetes.io/job-tracking"
    static let manager = "kubernetes.io/job-controller"

    var create: [UntypedObject] = []
    var delete: [UntypedObject] = []
    /// Running pods that are no longer wanted and do not count as failures: let go first, then deleted.
    var drop: [UntypedObject] = []
    /// Pods whose tracking finalizer may go once the status is written.
    var release: [UntypedObject] = []
    var status: JSONValue?
    var requeue: Duration?
    /// The time to live is over.
    var deleteJob = false
    var events: [Event] = []

    struct Event: Equatable {
        var isWarning = false
        var reason: String
        var message: String
    }

    init(_ job: UntypedObject, pods: [UntypedObject], now: Timestamp) {
        var pass = JobPass(job, pods: pods, now: now)
        pass.run()
        self = pass.decision
    }

    init() {}

    /// The pause before the next pod after that many failures in a row: 10 s, doubled up to 10 minutes.
    static func backoff(failures: Int) -> Duration {
        failures == 0 ? .zero : .seconds(min(600, 10 << min(failures - 1, 6)))
    }
}
