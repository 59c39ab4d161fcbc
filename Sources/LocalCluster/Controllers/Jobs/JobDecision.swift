import KubernetesClient

/// One pass over a Job as a value: pods to make, to delete and to let go, and its status.
///
/// A finished pod is counted once and for all: its UID is first noted in `uncountedTerminatedPods`, then its tracking
/// finalizer is removed, and only then is it counted (KEP-2307), so that no crash in between counts it twice or never.
struct JobDecision: Equatable {
    static let finalizer = "batch.kubernetes.io/job-tracking"

    var create = 0
    var delete: [UntypedObject] = []
    /// Pods whose tracking finalizer may go once the status is written.
    var release: [UntypedObject] = []
    var status: JSONValue?
    var requeue: Duration?
    /// The time to live is over.
    var deleteJob = false
    var events: [Rollout.Event] = []

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

private struct JobPass {
    let job: UntypedObject
    let pods: [UntypedObject]
    let now: Timestamp
    var decision = JobDecision()
    var conditions: Conditions
    var succeeded: Int
    var failed: Int
    var uncountedSucceeded: [String]
    var uncountedFailed: [String]

    init(_ job: UntypedObject, pods: [UntypedObject], now: Timestamp) {
        self.job = job
        self.pods = pods
        self.now = now
        conditions = Conditions(job, now: now)
        succeeded = job.count("status", "succeeded")
        failed = job.count("status", "failed")
        let uncounted = job["status", "uncountedTerminatedPods"]
        uncountedSucceeded = uncounted?["succeeded"]?.arrayValue?.compactMap(\.stringValue) ?? []
        uncountedFailed = uncounted?["failed"]?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    private var isFinished: Bool {
        conditions.status("Complete") == "True" || conditions.status("Failed") == "True"
    }

    private static func hasSucceeded(_ pod: UntypedObject) -> Bool { pod.podPhase == "Succeeded" }

    /// A pod on its way out counts as failed, unless it succeeded.
    private static func hasFailed(_ pod: UntypedObject) -> Bool {
        pod.podPhase == "Failed" || (pod.isBeingDeleted && pod.podPhase != "Succeeded")
    }

    private var active: [UntypedObject] { pods.filter(\.isPodActive) }
    private var allSucceeded: Int { succeeded + uncountedSucceeded.count }
    private var allFailed: Int { failed + uncountedFailed.count }
    private var isSuspended: Bool { job["spec", "suspend"]?.boolValue ?? false }

    mutating func run() {
        if isFinished {
            decision.release = pods.filter { $0.finalizers.contains(JobDecision.finalizer) }
            return expire()
        }
        guard !job.isBeingDeleted else { return }
        countFinishedPods()
        if conditions.status("FailureTarget") != "True", conditions.status("SuccessCriteriaMet") != "True" {
            judge()
        }
        finish()
        if !isFinished, conditions.status("FailureTarget") != "True", conditions.status("SuccessCriteriaMet") != "True"
        {
            control()
        }
        writeStatus()
    }

    private mutating func countFinishedPods() {
        let tracked = Dictionary(
            pods.filter { $0.finalizers.contains(JobDecision.finalizer) }.map { ($0.uid, $0) },
            uniquingKeysWith: { first, _ in first })
        succeeded += uncountedSucceeded.count { tracked[$0] == nil }
        failed += uncountedFailed.count { tracked[$0] == nil }
        uncountedSucceeded.removeAll { tracked[$0] == nil }
        uncountedFailed.removeAll { tracked[$0] == nil }
        for pod in tracked.values.sorted(by: { $0.name < $1.name }) {
            if Self.hasSucceeded(pod) {
                if !uncountedSucceeded.contains(pod.uid) { uncountedSucceeded.append(pod.uid) }
            } else if Self.hasFailed(pod) {
                if !uncountedFailed.contains(pod.uid) { uncountedFailed.append(pod.uid) }
            } else {
                continue
            }
            decision.release.append(pod)
        }
    }

    private mutating func judge() {
        let limit = job["spec", "backoffLimit"]?.intValue ?? 6
        let restarts =
            job["spec", "template", "spec", "restartPolicy"]?.stringValue == "OnFailure"
            ? active.reduce(0) { $0 + $1.podRestarts } : 0
        if allFailed > limit || (restarts > 0 && restarts >= limit) {
            return fail("BackoffLimitExceeded", "Job has reached the specified backoff limit")
        }
        if let deadline = job["spec", "activeDeadlineSeconds"]?.intValue, !isSuspended,
            let start = job["status", "startTime"]?.stringValue.flatMap({ Timestamp($0) })
        {
            let left = start + .seconds(deadline) - now
            if left <= .zero { return fail("DeadlineExceeded", "Job was active longer than specified deadline") }
            wake(after: left)
        }
        let done =
            if let completions = job["spec", "completions"]?.intValue {
                allSucceeded >= completions
            } else {
                allSucceeded > 0 && active.isEmpty
            }
        if done {
            conditions.set(
                "SuccessCriteriaMet", "True", reason: "CompletionsReached",
                message: "Reached expected number of succeeded pods", stamps: ["lastProbeTime"])
        }
    }

    private mutating func fail(_ reason: String, _ message: String) {
        conditions.set("FailureTarget", "True", reason: reason, message: message, stamps: ["lastProbeTime"])
    }

    /// Ends the Job once none of its pods runs and all are counted.
    private mutating func finish() {
        for (target, final, event) in [
            ("SuccessCriteriaMet", "Complete", "Completed"), ("FailureTarget", "Failed", ""),
        ]
        where conditions.status(target) == "True" {
            decision.delete = active
            guard active.isEmpty, uncountedSucceeded.isEmpty, uncountedFailed.isEmpty,
                pods.allSatisfy({ $0.isPodFinished || !$0.isBeingDeleted })
            else { return }
            let reason = conditions.reason(target) ?? ""
            let message = conditions[target]?["message"]?.stringValue ?? ""
            conditions.set(final, "True", reason: reason, message: message, stamps: ["lastProbeTime"])
            decision.events.append(
                .init(
                    reason: event.isEmpty ? reason : event,
                    message: event.isEmpty ? message : "Job completed"))
        }
    }

    private mutating func control() {
        if isSuspended {
            decision.delete = active
            if conditions.status("Suspended") != "True" {
                conditions.set(
                    "Suspended", "True", reason: "JobSuspended", message: "Job suspended", stamps: ["lastProbeTime"])
            }
            return
        }
        if conditions.status("Suspended") == "True" {
            conditions.set(
                "Suspended", "False", reason: "JobResumed", message: "Job resumed", stamps: ["lastProbeTime"])
        }
        let parallelism = job["spec", "parallelism"]?.intValue ?? 1
        let wanted =
            if let completions = job["spec", "completions"]?.intValue {
                min(parallelism, completions - allSucceeded)
            } else {
                allSucceeded > 0 ? active.count : parallelism
            }
        if active.count > wanted {
            decision.delete = Array(PodDeletionOrder.sorted(active).prefix(active.count - max(0, wanted)))
        }
        // A failed pod is replaced once it is counted, so that the limit is never overrun.
        guard active.count < wanted, uncountedFailed.isEmpty else { return }
        let pause = pauseLeft
        if pause > .zero { wake(after: pause) } else { decision.create = wanted - active.count }
    }

    private var pauseLeft: Duration {
        let finished = pods.compactMap { pod in Self.finishTime(pod).map { (pod, $0) } }.sorted { $0.1 < $1.1 }
        let failures = finished.reversed().prefix { Self.hasFailed($0.0) }
        guard let last = failures.first?.1 else { return .zero }
        return last + JobDecision.backoff(failures: failures.count) - now
    }

    private static func finishTime(_ pod: UntypedObject) -> Timestamp? {
        guard hasSucceeded(pod) || hasFailed(pod) else { return nil }
        let statuses = pod["status", "containerStatuses"]?.arrayValue ?? []
        let times = statuses.compactMap {
            $0[path: ["state", "terminated", "finishedAt"]]?.stringValue.flatMap { Timestamp($0) }
        }
        return times.max() ?? pod.deletionTimestamp ?? pod.creationTimestamp
    }

    private mutating func expire() {
        guard let lifetime = job["spec", "ttlSecondsAfterFinished"]?.intValue, !job.isBeingDeleted else { return }
        let finished =
            conditions.time(conditions.status("Complete") == "True" ? "Complete" : "Failed", "lastTransitionTime")
        let left = (finished ?? now) + .seconds(lifetime) - now
        if left <= .zero { decision.deleteJob = true } else { wake(after: left) }
    }

    private mutating func wake(after pause: Duration) {
        decision.requeue = min(decision.requeue ?? pause, max(pause, .milliseconds(100)))
    }

    private mutating func writeStatus() {
        // What is being made and deleted now counts already, as in Kubernetes.
        let kept = active.filter { !decision.delete.contains($0) }
        var status = JSONValue(counts: [
            "active": isFinished ? 0 : kept.count + decision.create, "succeeded": succeeded, "failed": failed,
        ])
        status["ready"] = JSONValue(kept.count(where: \.isPodReady))
        let terminating = pods.count { $0.isBeingDeleted && !$0.isPodFinished }
        status["terminating"] = JSONValue(terminating)
        if !isSuspended { status["startTime"] = job["status", "startTime"] ?? .string(now.seconds) }
        if isFinished, conditions.status("Complete") == "True" { status["completionTime"] = .string(now.seconds) }
        var uncounted: JSONValue = .emptyObject
        if !uncountedSucceeded.isEmpty { uncounted["succeeded"] = JSONValue(uncountedSucceeded) }
        if !uncountedFailed.isEmpty { uncounted["failed"] = JSONValue(uncountedFailed) }
        status["uncountedTerminatedPods"] = uncounted
        if !conditions.entries.isEmpty { status["conditions"] = .array(conditions.entries) }
        if status != job.status { decision.status = status }
    }
}
