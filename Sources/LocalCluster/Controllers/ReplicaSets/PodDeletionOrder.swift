import KubernetesClient

/// Which pods a controller lets go first: those that would be missed least, in the order of Kubernetes'
/// ActivePodsWithRanks.
enum PodDeletionOrder {
    /// - Parameter related: pods whose number on a node makes those there go earlier; by default `pods` themselves.
    static func sorted(_ pods: [UntypedObject], related: [UntypedObject] = [], now: Timestamp) -> [UntypedObject] {
        var crowd: [String: Int64] = [:]
        for pod in related.isEmpty ? pods : related where pod.isPodActive { crowd[pod.podNode, default: 0] += 1 }
        let keyed = pods.map { (pod: $0, keys: keys($0, crowd: crowd[$0.podNode] ?? 0, now: now)) }
        return keyed.sorted { left, right in
            for (x, y) in zip(left.keys, right.keys) where x != y { return x < y }
            return left.pod.uid < right.pod.uid
        }.map(\.pod)
    }

    /// Compared one after another; the smaller goes first.
    private static func keys(_ pod: UntypedObject, crowd: Int64, now: Timestamp) -> [Int64] {
        let phases: [String: Int64] = ["Pending": 0, "Unknown": 1, "Running": 2]
        return [
            pod.podNode.isEmpty ? 0 : 1,
            phases[pod.podPhase] ?? 0,
            pod.isPodReady ? 1 : 0,
            pod.annotations["controller.kubernetes.io/pod-deletion-cost"].flatMap { Int64($0) } ?? 0,
            -crowd,
            age(pod.podReadySince, now),
            -Int64(pod.podRestarts),
            age(pod.creationTimestamp, now),
        ]
    }

    /// The magnitude of an age: times of one order count as equal, so that not always the newest goes.
    private static func age(_ time: Timestamp?, _ now: Timestamp) -> Int64 {
        guard let time else { return 0 }
        let nanoseconds = max(1, (now.microseconds - time.microseconds) * 1000)
        return Int64(Int64.bitWidth - 1 - nanoseconds.leadingZeroBitCount)
    }
}
