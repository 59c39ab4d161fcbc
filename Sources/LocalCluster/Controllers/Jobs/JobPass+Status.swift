import KubernetesClient

/// What is counted, and how the Job's status tells of it.
extension JobPass {
    mutating func count(_ target: Target?) {
        let tracked = pods.filter(\.isTrackedByJob)
        let uids = Set(tracked.map(\.uid))
        succeeded += uncountedSucceeded.count { !uids.contains($0) }
        failed += uncountedFailed.count { !uids.contains($0) }
        uncountedSucceeded.removeAll { !uids.contains($0) }
        uncountedFailed.removeAll { !uids.contains($0) }
        let dropped = Set(decision.drop.map(\.uid))
        for pod in tracked.sorted(by: { $0.name < $1.name }) where !dropped.contains(pod.uid) {
            let isFailed = hasFailed(pod)
            guard target != nil || Self.hasSucceeded(pod) || isFailed else { continue }
            decision.release.append(pod)
            if Self.hasSucceeded(pod), !uncountedFailed.contains(pod.uid) {
                if !uncountedSucceeded.contains(pod.uid) { uncountedSucceeded.append(pod.uid) }
            } else if isFailed || (target != nil && target?.type != "SuccessCriteriaMet") {
                // Of a Job that has failed, what still runs has failed with it.
                if !uncountedFailed.contains(pod.uid) { uncountedFailed.append(pod.uid) }
            }
        }
    }

    var terminatingCount: Int { pods.count(where: \.isPodTerminating) }

    mutating func noteSuspension() {
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
    mutating func finish() {
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

    mutating func expire() {
        guard let lifetime = spec.ttlSecondsAfterFinished, !job.isBeingDeleted else { return }
        let finished =
            conditions.time(conditions.status("Complete") == "True" ? "Complete" : "Failed", "lastTransitionTime")
        let left = (finished ?? now) + .seconds(lifetime) - now
        if left <= .zero { decision.deleteJob = true } else { wake(after: left) }
    }

    mutating func wake(after pause: Duration) {
        decision.requeue = min(decision.requeue ?? pause, max(pause, .milliseconds(100)))
    }

    mutating func writeStatus() {
        var status = JSONValue(counts: ["active": activeCount, "succeeded": succeeded, "failed": failed])
        status["ready"] = JSONValue(kept.count(where: \.isPodReady))
        status["terminating"] = JSONValue(terminatingCount + decision.drop.count + decision.delete.count)
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
    mutating func put(_ type: String, _ status: String, reason: String, message: String) {
        set(type, status, reason: reason, message: message, stamps: ["lastProbeTime"])
    }
}
