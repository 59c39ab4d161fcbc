import KubernetesClient

/// One pass over a ReplicaSet: how many pods to make, which to delete, and its status.
struct ReplicaSetDecision: Equatable {
    var create = 0
    var delete: [UntypedObject] = []
    /// `nil` when the present one is right.
    var status: JSONValue?
    /// When a ready pod becomes available.
    var requeue: Duration?

    /// - Parameters:
    ///   - pods: the pods it controls, finished ones too.
    ///   - related: pods of the same Deployment, which say how crowded each node is.
    init(_ set: UntypedObject, pods: [UntypedObject], related: [UntypedObject] = [], now: Timestamp) {
        let replicas = set["spec", "replicas"]?.intValue ?? 1
        let minReadySeconds = set.count("spec", "minReadySeconds")
        let active = pods.filter(\.isPodActive)
        if !set.isBeingDeleted {
            create = max(0, replicas - active.count)
            delete = Array(
                PodDeletionOrder.sorted(active, related: related, now: now).prefix(max(0, active.count - replicas)))
        }
        let labels = set["spec", "template", "metadata", "labels"]?.stringMapValue ?? [:]
        let available = active.compactMap { $0.podAvailable(minReadySeconds: minReadySeconds) }
        let later = available.filter { $0 > now }
        requeue = later.min().map { $0 - now }
        var status = JSONValue(counts: [
            "fullyLabeledReplicas": active.count { pod in labels.allSatisfy { pod.labels[$0.key] == $0.value } },
            "readyReplicas": active.count(where: \.isPodReady),
            "availableReplicas": available.count - later.count,
        ])
        status["replicas"] = JSONValue(active.count)
        status["terminatingReplicas"] = JSONValue(pods.count(where: \.isPodTerminating))
        status["observedGeneration"] = JSONValue(set.generation)
        if let conditions = set["status", "conditions"] { status["conditions"] = conditions }
        if status != set.status { self.status = status }
    }
}
