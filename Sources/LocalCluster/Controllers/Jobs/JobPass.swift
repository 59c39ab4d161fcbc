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
    var completed: CompletionIndexes
    var failedIndexes: CompletionIndexes
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
        let completions = spec.completions ?? 0
        completed = CompletionIndexes(job["status", "completedIndexes"]?.stringValue, completions: completions)
        failedIndexes = CompletionIndexes(job["status", "failedIndexes"]?.stringValue, completions: completions)
        active = pods.filter(\.isPodActive)
        kept = active
    }

    var isFinished: Bool { ["Complete", "Failed"].contains { conditions.status($0) == "True" } }

    static func hasSucceeded(_ pod: UntypedObject) -> Bool { pod.podPhase == "Succeeded" }

    /// A pod on its way out counts as failed, unless it succeeded or the Job waits for the end.
    func hasFailed(_ pod: UntypedObject) -> Bool {
        pod.podPhase == "Failed" || (pod.isBeingDeleted && !spec.replacesOnlyFailed && pod.podPhase != "Succeeded")
    }

    func isIgnored(_ pod: UntypedObject) -> Bool { spec.failurePolicy?.judge(pod) == .ignore }

    /// The pod's index, where the Job has it.
    func index(_ pod: UntypedObject) -> Int? {
        pod.completionIndex.flatMap { $0 < spec.completions ?? 0 ? $0 : nil }
    }

    mutating func run() {
        if isFinished {
            if !spec.isForeign { decision.release = pods.filter(\.isTrackedByJob) }
            return expire()
        }
        guard !spec.isForeign, !job.isBeingDeleted else { return }
        noteIndexes()
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
        spec.isIndexed
            ? completed.count
            : succeeded
                + Set(uncountedSucceeded + pods.filter { $0.isTrackedByJob && Self.hasSucceeded($0) }.map(\.uid)).count
    }

    var allFailed: Int {
        let new = pods.filter { $0.isTrackedByJob && hasFailed($0) && !isIgnored($0) }
        return failed + Set(uncountedFailed + new.map(\.uid)).count
    }

    mutating func noteIndexes() {
        guard spec.isIndexed else { return }
        for pod in pods where pod.isTrackedByJob {
            guard let index = index(pod) else { continue }
            if Self.hasSucceeded(pod) {
                completed.insert(index)
            } else if let limit = spec.backoffLimitPerIndex, hasFailed(pod) {
                let verdict = spec.failurePolicy?.judge(pod) ?? .count
                let isOver = pod.failureCount(UntypedObject.JobAnnotation.failures) >= limit
                if verdict == .failIndex || (isOver && verdict != .ignore) { failedIndexes.insert(index) }
            }
        }
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
        for pod in pods where hasFailed(pod) {
            if case .failJob(let message) = spec.failurePolicy?.judge(pod) {
                return Target(reason: "PodFailurePolicy", message: message)
            }
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
        return indexTarget()
    }

    var hasRestartedTooOften: Bool {
        guard spec.restartsInPlace else { return false }
        let running = pods.filter { ["Running", "Pending"].contains($0.podPhase) }
        let restarts = running.reduce(0) { $0 + $1.podRestartsInAll }
        return spec.backoffLimit == 0 ? restarts > 0 : restarts >= spec.backoffLimit
    }

    func indexTarget() -> Target? {
        guard spec.isIndexed, let completions = spec.completions else { return nil }
        if spec.backoffLimitPerIndex != nil {
            if let limit = spec.maxFailedIndexes, failedIndexes.count > limit {
                return Target(
                    reason: "MaxFailedIndexesExceeded",
                    message: "Job has exceeded the specified maximal number of failed indexes")
            }
            if !failedIndexes.isEmpty, failedIndexes.count + completed.count >= completions {
                return Target(reason: "FailedIndexes", message: "Job has failed indexes")
            }
        }
        guard !completed.isEmpty else { return nil }
        let met = spec.successRules.firstIndex { rule in
            let count = rule["succeededCount"]?.intValue
            guard let text = rule["succeededIndexes"]?.stringValue else { return completed.count >= count ?? .max }
            let required = CompletionIndexes(text, completions: completions)
            let present = completed.intersection(required).count
            return !required.isEmpty && (present == required.count || present >= count ?? .max)
        }
        return met.map {
            Target(type: "SuccessCriteriaMet", reason: "SuccessPolicy", message: "Matched rules at index \($0)")
        }
    }

    var isDone: Bool {
        guard activeCount == 0 else { return false }
        return spec.completions.map { allSucceeded >= $0 } ?? (allSucceeded > 0)
    }
}
