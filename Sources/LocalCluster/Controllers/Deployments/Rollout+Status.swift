import KubernetesClient

/// History, conditions and counts of a Deployment.
extension Rollout {
    mutating func cleanUp() {
        let history = old.filter { !$0.object.isBeingDeleted }.sorted {
            $0.revision != $1.revision ? $0.revision < $1.revision : RolloutReplicaSet.isOlder($0, $1)
        }
        let surplus = history.prefix(max(0, history.count - spec.revisionHistoryLimit))
        decision.delete = surplus.filter {
            $0.replicas == 0 && $0.current == 0
                && $0.object.count("status", "observedGeneration") >= Int($0.object.generation)
        }.map(\.name)
    }

    var counts: [String: Int] {
        let current = all.reduce(0) { $0 + $1.current }
        let available = all.reduce(0) { $0 + $1.available }
        let total = all.filter { $0.object.resourceVersion != nil }.reduce(0) { $0 + $1.replicas }
        return [
            "replicas": current, "updatedReplicas": new?.current ?? 0,
            "readyReplicas": all.reduce(0) { $0 + $1.ready }, "availableReplicas": available,
            "unavailableReplicas": max(0, total - available),
        ]
    }

    /// Every pod is of the new template and available, and no other is left.
    var isComplete: Bool {
        let counts = counts
        return counts["updatedReplicas"] == spec.replicas && counts["replicas"] == spec.replicas
            && counts["availableReplicas"] == spec.replicas && old.allSatisfy { $0.replicas == 0 }
    }

    mutating func progressing(_ status: String, _ reason: String, _ message: String, refresh: Bool = false) {
        conditions.set(
            "Progressing", status, reason: reason, message: message, stamps: ["lastUpdateTime"], refresh: refresh)
    }

    mutating func notePause() {
        guard spec.progressDeadlineSeconds != nil else { return }
        let reason = conditions.reason("Progressing")
        // That it was stuck stays known.
        if reason == "ProgressDeadlineExceeded" { return }
        if spec.isPaused, reason != "DeploymentPaused" {
            progressing("Unknown", "DeploymentPaused", "Deployment is paused")
        } else if !spec.isPaused, reason == "DeploymentPaused" {
            progressing("Unknown", "DeploymentResumed", "Deployment is resumed")
        }
    }

    mutating func writeProgress() {
        guard let deadline = spec.progressDeadlineSeconds else {
            conditions.remove("Progressing")
            return writeStatus()
        }
        let subject = new.map { "ReplicaSet \"\($0.name)\"" } ?? "Deployment \"\(deployment.name)\""
        let wasComplete =
            conditions.reason("Progressing") == "NewReplicaSetAvailable"
            && counts["replicas"] == counts["updatedReplicas"]
        if !wasComplete {
            if isComplete {
                progressing("True", "NewReplicaSetAvailable", "\(subject) has successfully progressed.")
            } else if hasProgressed {
                progressing("True", "ReplicaSetUpdated", "\(subject) is progressing.", refresh: true)
            } else if let since = conditions.time("Progressing", "lastUpdateTime"),
                conditions.reason("Progressing") != "NewReplicaSetAvailable"
            {
                let left = since + .seconds(deadline) - now
                if left <= .zero {
                    progressing("False", "ProgressDeadlineExceeded", "\(subject) has timed out progressing.")
                } else {
                    decision.requeue = left + .seconds(1)
                }
            }
        }
        noteFailure()
        writeStatus()
    }

    /// What keeps the ReplicaSets from making pods is told here too, the new one's first.
    mutating func noteFailure() {
        let failures = ((new.map { [$0] } ?? []) + old).compactMap { $0.object.condition("ReplicaFailure") }
        guard let failure = failures.first, let reason = failure["reason"]?.stringValue else {
            return conditions.remove("ReplicaFailure")
        }
        guard conditions.reason("ReplicaFailure") != reason else { return }
        conditions.set(
            "ReplicaFailure", failure["status"]?.stringValue ?? "True", reason: reason,
            message: failure["message"]?.stringValue ?? "", stamps: ["lastUpdateTime"])
    }

    var hasProgressed: Bool {
        let counts = counts
        func before(_ field: String) -> Int { deployment.count("status", field) }
        func now(_ field: String) -> Int { counts[field] ?? 0 }
        return now("updatedReplicas") > before("updatedReplicas")
            || now("replicas") - now("updatedReplicas") < before("replicas") - before("updatedReplicas")
            || now("readyReplicas") > before("readyReplicas") || now("availableReplicas") > before("availableReplicas")
    }

    mutating func writeStatus() {
        let counts = counts
        if (counts["availableReplicas"] ?? 0) >= spec.replicas - spec.maxUnavailable {
            conditions.set(
                "Available", "True", reason: "MinimumReplicasAvailable",
                message: "Deployment has minimum availability.", stamps: ["lastUpdateTime"])
        } else {
            conditions.set(
                "Available", "False", reason: "MinimumReplicasUnavailable",
                message: "Deployment does not have minimum availability.", stamps: ["lastUpdateTime"])
        }
        var status = JSONValue(counts: counts)
        status["observedGeneration"] = JSONValue(deployment.generation)
        status["terminatingReplicas"] = JSONValue(
            all.reduce(0) { $0 + $1.object.count("status", "terminatingReplicas") })
        if let collisions = deployment["status", "collisionCount"] { status["collisionCount"] = collisions }
        status["conditions"] = .array(conditions.entries)
        if status != deployment.status { decision.status = status }
    }
}
