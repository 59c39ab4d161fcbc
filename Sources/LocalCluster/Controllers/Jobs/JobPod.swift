import KubernetesClient

/// What a Job asks of its pods.
extension UntypedObject {
    enum JobAnnotation {
        static let index = "batch.kubernetes.io/job-completion-index"
        static let failures = "batch.kubernetes.io/job-index-failure-count"
        static let ignoredFailures = "batch.kubernetes.io/job-index-ignored-failure-count"
    }

    var isTrackedByJob: Bool { finalizers.contains(JobDecision.finalizer) }

    var completionIndex: Int? {
        annotations[JobAnnotation.index].flatMap(Int.init).flatMap { $0 >= 0 ? $0 : nil }
    }

    func failureCount(_ annotation: String) -> Int { max(0, annotations[annotation].flatMap(Int.init) ?? 0) }

    var failuresOfIndex: Int { failureCount(JobAnnotation.failures) + failureCount(JobAnnotation.ignoredFailures) }

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
