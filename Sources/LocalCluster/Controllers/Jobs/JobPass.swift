import KubernetesClient

/// The steps of ``JobDecision``, in the order of Kubernetes' job controller: what ended, whether the Job is decided,
/// which pods it needs, what to count.
struct JobPass {
    let job: UntypedObject
    let spec: JobSpec
    let pods: [UntypedObject]
    let now: Timestamp
    var decision = JobDecision()
    var conditions: Conditions
    /// In the status: counted for good.
    var succeeded: Int
    var failed: Int
    var uncountedSucceeded: [String]
    var uncountedFailed: [String]
    let active: [UntypedObject]
    /// Those that stay after this pass, and those it makes.
    var kept: [UntypedObject]
    /// What status.active is to say.
    var activeCount = 0

    init(_ job: UntypedObject, pods: [UntypedObject], now: Timestamp) {
        self.job = job
        spec = JobSpec(job)
        self.pods = pods
        self.now = now
        conditions = Conditions(job, now: now)
        succeeded = job.count("status", "succeeded")
        failed = job.count("status", "failed")
        let uncounted = job["status", "uncountedTerminatedPods"]
        uncountedSucceeded = uncounted?["succeeded"]?.arrayValue?.compactMap(\.stringValue) ?? []
        uncountedFailed = uncounted?["failed"]?.arrayValue?.compactMap(\.stringValue) ?? []
        active = pods.filter(\.isPodActive)
        kept = active
    }

    var isFinished: Bool { ["Complete", "Failed"].contains { conditions.status($0) == "True" } }

    static func hasSucceeded(_ pod: UntypedObject) -> Bool { pod.podPhase == "Succeeded" }

    /// A pod on its way out counts as failed, unless it succeeded or the Job waits for the end.
    func hasFailed(_ pod: UntypedObject) -> Bool {
        pod.podPhase == "Failed" || (pod.isBeingDeleted && !spec.replacesOnlyFailed && pod.podPhase != "Succeeded")
    }

    mutating func run() {
        if isFinished {
            if !spec.isForeign { decision.release = pods.filter(\.isTrackedByJob) }
            return expire()
        }
        guard !spec.isForeign, !job.isBeingDeleted else { return }
        let target = target()
        activeCount = active.count
        if let target {
            decision.delete = active
            kept = []
            activeCount = 0
            conditions.put(target.type, "True", reason: target.reason, message: target.message)
        } else {
            control()
        }
        count(target)
        if target == nil, isDone {
            conditions.put(
                "SuccessCriteriaMet", "True", reason: "CompletionsReached",
                message: "Reached expected number of succeeded pods")
        } else if target == nil {
            noteSuspension()
        }
        finish()
        writeStatus()
    }

    // MARK: what is known

    /// Succeeded and failed as they are seen now, whether counted yet or not.
    var allSucceeded: Int {
        succeeded
            + Set(uncountedSucceeded + pods.filter { $0.isTrackedByJob && Self.hasSucceeded($0) }.map(\.uid)).count
    }

    var allFailed: Int {
        failed + Set(uncountedFailed + pods.filter { $0.isTrackedByJob && hasFailed($0) }.map(\.uid)).count
    }

    struct Target {
        var type = "FailureTarget"
        var reason: String
        var message: String
    }

    /// How the Job ends, if that is decided.
    mutating func target() -> Target? {
        for type in ["SuccessCriteriaMet", "FailureTarget"] where conditions.status(type) == "True" {
            return Target(
                type: type, reason: conditions.reason(type) ?? "",
                message: conditions[type]?["message"]?.stringValue ?? "")
        }
        if let unsupported = spec.unsupported {
            return Target(reason: "NotSupported", message: "A local cluster does not run Jobs with \(unsupported)")
        }
        if allFailed > spec.backoffLimit || hasRestartedTooOften {
            return Target(reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit")
        }
        if let deadline = spec.activeDeadlineSeconds, !spec.isSuspended {
            let start = job["status", "startTime"]?.stringValue.flatMap { Timestamp($0) } ?? now
            let left = start + .seconds(deadline) - now
            if left <= .zero {
                return Target(reason: "DeadlineExceeded", message: "Job was active longer than specified deadline")
            }
            wake(after: left)
        }
        return nil
    }

    var hasRestartedTooOften: Bool {
        guard spec.restartsInPlace else { return false }
        let running = pods.filter { ["Running", "Pending"].contains($0.podPhase) }
        let restarts = running.reduce(0) { $0 + $1.podRestartsInAll }
        return spec.backoffLimit == 0 ? restarts > 0 : restarts >= spec.backoffLimit
    }

    var isDone: Bool {
        guard activeCount == 0 else { return false }
        return spec.completions.map { allSucceeded >= $0 } ?? (allSucceeded > 0)
    }
}
