import KubernetesClient

/// Which pods a ReplicaSet lets go first: those that would be missed least.
enum PodDeletionOrder {
    /// In the order of Kubernetes' ActivePodsWithRanks; all pods are on one node.
    static func sorted(_ pods: [UntypedObject]) -> [UntypedObject] {
        pods.sorted { left, right in
            let (a, b) = (keys(left), keys(right))
            for (x, y) in zip(a, b) where x != y { return x < y }
            return left.name < right.name
        }
    }

    /// Compared one after another; the smaller goes first.
    private static func keys(_ pod: UntypedObject) -> [Int64] {
        let phases: [String: Int64] = ["Pending": 0, "Unknown": 1, "Running": 2]
        return [
            pod["spec", "nodeName"]?.stringValue.map { $0.isEmpty ? 0 : 1 } ?? 0,
            phases[pod.podPhase] ?? 0,
            pod.isPodReady ? 1 : 0,
            pod.annotations["controller.kubernetes.io/pod-deletion-cost"].flatMap { Int64($0) } ?? 0,
            -(pod.podReadySince?.microseconds ?? 0),
            -Int64(pod.podRestarts),
            -(pod.creationTimestamp?.microseconds ?? 0),
        ]
    }
}
