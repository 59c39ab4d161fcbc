import KubernetesClient

/// The steps of ``JobDecision``, in the order of Kubernetes' job controller: what ended, whether the Job is decided,
/// which pods it needs, what to count.
struct JobPass {
    let job: UntypedObject
    let spec: JobSpec
    let pods: [UntypedObject]
    let now: Timestamp
    var decision = JobDecision()
    private var conditions: Conditions
    /// In the status: counted for good.
    private var succeeded: Int
    private var failed: Int
    private var uncountedSucceeded: [String]
    private var uncountedFailed: [String]
    private(set) var completed: CompletionIndexes
    private(set) var failedIndexes: CompletionIndexes
    private let active: [UntypedObject]
    /// Those that stay after this pass, and those it makes.
    private var kept: [UntypedObject]
    /// What status.active is to say.
    private var activeCount = 0

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

    private var isFinished: Bool { ["Complete", "Failed"].contains { conditions.status($0) == "True" } }

    private static func hasSucceeded(_ pod: UntypedObject) -> Bool { pod.podPhase == "Succeeded" }

    /// A pod on its way out counts as failed, unless it succeeded or the Job waits for the end.
    func hasFailed(_ pod: UntypedObject) -> Bool {
        pod.podPhase == "Failed" || (pod.isBeingDeleted && !spec.replacesOnlyFailed && pod.podPhase != "Succeeded")
    }

    private func isIgnored(_ pod: UntypedObject) -> Bool { spec.failurePolicy?.judge(pod) == .ignore }

    /// The pod's index, where the Job has it.
    private func index(_ pod: UntypedObject) -> Int? {
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
    private var allSucceeded: Int {
        spec.isIndexed
            ? completed.count
            : succeeded
                + Set(uncountedSucceeded + pods.filter { $0.isTrackedByJob && Self.hasSucceeded($0) }.map(\.uid)).count
    }

    private var allFailed: Int {
        let new = pods.filter { $0.isTrackedByJob && hasFailed($0) && !isIgnored($0) }
        return failed + Set(uncountedFailed + new.map(\.uid)).count
    }

    private mutating func noteIndexes() {
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

    private struct Target {
        var type = "FailureTarget"
        var reason: String
        var message: String
    }

    /// How the Job ends, if that is decided.
    private mutating func target() -> Target? {
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

    private var hasRestartedTooOften: Bool {
        guard spec.restartsInPlace else { return false }
        let running = pods.filter { ["Running", "Pending"].contains($0.podPhase) }
        let restarts = running.reduce(0) { $0 + $1.podRestartsInAll }
        return spec.backoffLimit == 0 ? restarts > 0 : restarts >= spec.backoffLimit
    }

    private func indexTarget() -> Target? {
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

    private var isDone: Bool {
        guard activeCount == 0 else { return false }
        return spec.completions.map { allSucceeded >= $0 } ?? (allSucceeded > 0)
    }

    // MARK: pods

    private mutating func control() {
        if spec.isSuspended { return drop(active) }
        let wanted =
            if let completions = spec.completions {
                max(0, min(spec.parallelism, completions - allSucceeded))
            } else {
                allSucceeded > 0 ? active.count : spec.parallelism
            }
        let surplus = surplus(active.count - wanted)
        guard surplus.isEmpty else { return drop(surplus) }
        let terminating = spec.replacesOnlyFailed ? terminatingCount : 0
        let missing = wanted - active.count - terminating
        guard missing > 0 else { return }
        if spec.backoffLimitPerIndex == nil, pauseLeft > .zero {
            return wake(after: pauseLeft)
        }
        guard spec.isIndexed else {
            for _ in 0..<missing { make(index: nil) }
            return
        }
        for index in newIndexes(missing) { make(index: index) }
    }

    private mutating func drop(_ pods: [UntypedObject]) {
        decision.drop = pods
        kept.removeAll { pods.contains($0) }
        activeCount = kept.count
    }

    /// Pods without a valid index of their own, then as many others as are too many.
    private func surplus(_ count: Int) -> [UntypedObject] {
        var left = active
        var surplus: [UntypedObject] = []
        if spec.isIndexed {
            left = []
            for (index, same) in Dictionary(grouping: active, by: index).sorted(by: { $0.key ?? -1 < $1.key ?? -1 }) {
                let sorted = PodDeletionOrder.sorted(same, now: now)
                surplus += index == nil ? sorted : sorted.dropLast()
                if index != nil { left += sorted.suffix(1) }
            }
        }
        let others = PodDeletionOrder.sorted(left, now: now).prefix(max(0, count - surplus.count))
        return surplus + others
    }

    private mutating func newIndexes(_ count: Int) -> [Int] {
        var taken = completed.union(failedIndexes)
        for pod in pods where pod.isPodActive || (spec.replacesOnlyFailed && pod.isPodTerminating) {
            if let index = index(pod) { taken.insert(index) }
        }
        let missing = taken.firstMissing(count, of: spec.completions ?? 0)
        guard spec.backoffLimitPerIndex != nil else { return missing }
        let pauses = missing.map { index in
            lastFailed(index).map {
                $0.podFinishTime + JobDecision.backoff(failures: $0.failuresOfIndex + 1) - now
            } ?? .zero
        }
        let ready = zip(missing, pauses).filter { $0.1 <= .zero }.map(\.0)
        if ready.isEmpty, let pause = pauses.min() { wake(after: pause) }
        return ready
    }

    /// The pod whose failures its replacement inherits; it is kept until that is there.
    private func lastFailed(_ index: Int) -> UntypedObject? {
        guard !completed.contains(index), !failedIndexes.contains(index),
            !active.contains(where: { self.index($0) == index })
        else { return nil }
        return pods.filter { $0.isTrackedByJob && hasFailed($0) && self.index($0) == index }
            .max { ($0.failuresOfIndex, $0.podFinishTime) < ($1.failuresOfIndex, $1.podFinishTime) }
    }

    private mutating func make(index: Int?) {
        var pod = UntypedObject(podOf: job, template: spec.template, finalizers: [JobDecision.finalizer])
        if let index {
            pod.generateName = "\(job.name.prefix(57 - "\(index)".count))-\(index)-"
            pod.labels[UntypedObject.JobAnnotation.index] = String(index)
            pod.annotations[UntypedObject.JobAnnotation.index] = String(index)
            pod["spec", "hostname"] = .string("\(job.name)-\(index)")
            for field in ["initContainers", "containers"] {
                guard let containers = pod["spec", field]?.arrayValue else { continue }
                pod["spec", field] = .array(containers.map(Self.tellIndex))
            }
            if spec.backoffLimitPerIndex != nil { inheritFailures(&pod, index) }
        }
        decision.create.append(pod)
        activeCount += 1
    }

    private static func tellIndex(_ container: JSONValue) -> JSONValue {
        var environment = container["env"]?.arrayValue ?? []
        guard !environment.contains(where: { $0["name"]?.stringValue == "JOB_COMPLETION_INDEX" }) else {
            return container
        }
        let path = "metadata.labels['\(UntypedObject.JobAnnotation.index)']"
        environment.append(
            ["name": "JOB_COMPLETION_INDEX", "valueFrom": ["fieldRef": ["fieldPath": .string(path)]]])
        var container = container
        container["env"] = .array(environment)
        return container
    }

    private func inheritFailures(_ pod: inout UntypedObject, _ index: Int) {
        let last = lastFailed(index)
        var failures = last?.failureCount(UntypedObject.JobAnnotation.failures) ?? 0
        var ignored = last?.failureCount(UntypedObject.JobAnnotation.ignoredFailures) ?? 0
        if let last { if isIgnored(last) { ignored += 1 } else { failures += 1 } }
        pod.annotations[UntypedObject.JobAnnotation.failures] = String(failures)
        if ignored > 0 { pod.annotations[UntypedObject.JobAnnotation.ignoredFailures] = String(ignored) }
    }

    private var pauseLeft: Duration {
        let finished = pods.filter { Self.hasSucceeded($0) || hasFailed($0) }
            .map { ($0, $0.podFinishTime) }.sorted { $0.1 < $1.1 }
        let failures = finished.reversed().prefix { hasFailed($0.0) }
        guard let last = failures.first?.1 else { return .zero }
        return last + JobDecision.backoff(failures: failures.count) - now
    }

    // MARK: counting

    private mutating func count(_ target: Target?) {
        let tracked = pods.filter(\.isTrackedByJob)
        let uids = Set(tracked.map(\.uid))
        succeeded += uncountedSucceeded.count { !uids.contains($0) }
        failed += uncountedFailed.count { !uids.contains($0) }
        uncountedSucceeded.removeAll { !uids.contains($0) }
        uncountedFailed.removeAll { !uids.contains($0) }
        let dropped = Set(decision.drop.map(\.uid))
        for pod in tracked.sorted(by: { $0.name < $1.name }) where !dropped.contains(pod.uid) {
            let isFailed = hasFailed(pod)
            guard target != nil || Self.hasSucceeded(pod) || (isFailed && !isAwaitingReplacement(pod)) else { continue }
            decision.release.append(pod)
            if Self.hasSucceeded(pod), !uncountedFailed.contains(pod.uid) {
                if !spec.isIndexed, !uncountedSucceeded.contains(pod.uid) { uncountedSucceeded.append(pod.uid) }
            } else if isFailed || (target != nil && target?.type != "SuccessCriteriaMet") {
                // Of a Job that has failed, what still runs has failed with it.
                guard !uncountedFailed.contains(pod.uid), !spec.isIndexed || index(pod) != nil, !isIgnored(pod) else {
                    continue
                }
                uncountedFailed.append(pod.uid)
            }
        }
        if spec.isIndexed { succeeded = completed.count }
    }

    private func isAwaitingReplacement(_ pod: UntypedObject) -> Bool {
        guard spec.backoffLimitPerIndex != nil, let index = index(pod) else { return false }
        return lastFailed(index)?.uid == pod.uid
    }

    private var terminatingCount: Int { pods.count(where: \.isPodTerminating) }

    // MARK: the status

    private mutating func noteSuspension() {
        let was = conditions.status("Suspended")
        if spec.isSuspended, was != "True" {
            conditions.put("Suspended", "True", reason: "JobSuspended", message: "Job suspended")
            decision.events.append(.init(reason: "Suspended", message: "Job suspended"))
        } else if !spec.isSuspended, was == "True" {
            conditions.put("Suspended", "False", reason: "JobResumed", message: "Job resumed")
            decision.events.append(.init(reason: "Resumed", message: "Job resumed"))
        }
    }

    /// Ends the Job once none of its pods runs and all are counted.
    private mutating func finish() {
        guard decision.release.isEmpty, decision.delete.isEmpty, decision.drop.isEmpty, uncountedSucceeded.isEmpty,
            uncountedFailed.isEmpty, terminatingCount == 0
        else { return }
        for (target, final) in [("SuccessCriteriaMet", "Complete"), ("FailureTarget", "Failed")]
        where conditions.status(target) == "True" {
            let reason = conditions.reason(target) ?? ""
            let message = conditions[target]?["message"]?.stringValue ?? ""
            conditions.put(final, "True", reason: reason, message: message)
            if final == "Complete", let completions = spec.completions, succeeded > completions {
                decision.events.append(
                    .init(
                        isWarning: true, reason: "TooManySucceededPods",
                        message: "Too many succeeded pods running after completion count reached"))
            }
            decision.events.append(
                final == "Complete"
                    ? .init(reason: "Completed", message: "Job completed")
                    : .init(isWarning: true, reason: reason, message: message))
            return
        }
    }

    private mutating func expire() {
        guard let lifetime = spec.ttlSecondsAfterFinished, !job.isBeingDeleted else { return }
        let finished =
            conditions.time(conditions.status("Complete") == "True" ? "Complete" : "Failed", "lastTransitionTime")
        let left = (finished ?? now) + .seconds(lifetime) - now
        if left <= .zero { decision.deleteJob = true } else { wake(after: left) }
    }

    private mutating func wake(after pause: Duration) {
        decision.requeue = min(decision.requeue ?? pause, max(pause, .milliseconds(100)))
    }

    private mutating func writeStatus() {
        var status = JSONValue(counts: ["active": activeCount, "succeeded": succeeded, "failed": failed])
        status["ready"] = JSONValue(kept.count(where: \.isPodReady))
        status["terminating"] = JSONValue(terminatingCount + decision.drop.count + decision.delete.count)
        if spec.isIndexed, !completed.isEmpty { status["completedIndexes"] = .string(completed.text) }
        if spec.isIndexed, spec.backoffLimitPerIndex != nil { status["failedIndexes"] = .string(failedIndexes.text) }
        if !spec.isSuspended { status["startTime"] = job["status", "startTime"] ?? .string(now.seconds) }
        if conditions.status("Complete") == "True" { status["completionTime"] = .string(now.seconds) }
        var uncounted: JSONValue = .emptyObject
        if !uncountedSucceeded.isEmpty { uncounted["succeeded"] = JSONValue(uncountedSucceeded) }
        if !uncountedFailed.isEmpty { uncounted["failed"] = JSONValue(uncountedFailed) }
        status["uncountedTerminatedPods"] = uncounted
        if !conditions.entries.isEmpty { status["conditions"] = .array(conditions.entries) }
        if status != job.status { decision.status = status }
    }
}

extension Conditions {
    /// A Job's conditions tell also when they were looked at.
    fileprivate mutating func put(_ type: String, _ status: String, reason: String, message: String) {
        set(type, status, reason: reason, message: message, stamps: ["lastProbeTime"])
    }
}
