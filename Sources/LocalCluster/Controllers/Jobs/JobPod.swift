import KubernetesClient

/// What a Job asks of its pods.
extension UntypedObject {
    var isTrackedByJob: Bool { finalizers.contains(JobDecision.finalizer) }

    /// When a pod that is over ended, as well as one can know.
    var podFinishTime: Timestamp {
        let statuses = self["status", "containerStatuses"]?.arrayValue ?? []
        let ends = statuses.map {
            $0[path: ["state", "terminated", "finishedAt"]]?.stringValue.flatMap { Timestamp($0) }
        }
        if let last = ends.compactMap({ $0 }).max(), !ends.contains(nil) { return last }
        if let ready = condition("Ready"), ready["status"]?.stringValue == "False",
            let time = ready["lastTransitionTime"]?.stringValue.flatMap({ Timestamp($0) })
        {
            return time
        }
        if let deletion = deletionTimestamp {
            return deletion + .seconds(-(self["metadata", "deletionGracePeriodSeconds"]?.intValue ?? 0))
        }
        return creationTimestamp ?? Timestamp(microseconds: 0)
    }
}
