import KubernetesClient

/// Nodes that pods name and nobody has seen, as a value: the pods are given up after a while, as by Kubernetes' pod
/// garbage collector. A node that registers anew, or later than its pods, keeps them.
struct AbsentNodes {
    typealias Instant = ContinuousClock.Instant

    static let quarantine = Duration.seconds(40)

    private var since: [String: Instant] = [:]

    /// The node is there, or nothing waits for it.
    mutating func forget(_ node: String) { since[node] = nil }

    /// How long to wait still; `nil` when its pods are to be given up.
    mutating func wait(for node: String, now: Instant) -> Duration? {
        let begin = since[node] ?? now
        since[node] = begin
        let left = Self.quarantine - (now - begin)
        return left > .zero ? left : nil
    }

    /// What a pod is before it is deleted: whoever counts its end must not take it for a success.
    static func givenUp(_ pod: UntypedObject, now: Timestamp) -> JSONValue? {
        guard !pod.isPodFinished else { return nil }
        var conditions = Conditions(pod, now: now)
        conditions.set(
            "DisruptionTarget", "True", reason: "DeletionByPodGC", message: "PodGC: node no longer exists",
            generation: pod.generation)
        var status = pod.status ?? .emptyObject
        status["phase"] = "Failed"
        status["observedGeneration"] = JSONValue(pod.generation)
        status["conditions"] = .array(conditions.entries)
        return status
    }
}
