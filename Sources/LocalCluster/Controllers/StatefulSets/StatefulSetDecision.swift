import KubernetesClient

/// One pass over a StatefulSet as a value, in the order of Kubernetes' controller: pods by ordinal upwards, those too
/// many from the top, then the rolling update from the top.
struct StatefulSetDecision: Equatable {
    static let revisionLabel = "controller-revision-hash"

    struct Revision: Equatable {
        var name: String
        var template: JSONValue
    }

    var create: [UntypedObject] = []
    var delete: [UntypedObject] = []
    var status: JSONValue?
    /// When a ready pod becomes available.
    var requeue: Duration?

    private let set: UntypedObject
    private let now: Timestamp
    private let minReadySeconds: Int

    /// - Parameters:
    ///   - pods: its own.
    ///   - current: what it was made of before the present template, or the same.
    init(
        _ set: UntypedObject, pods: [UntypedObject], current: Revision, update: Revision, collisions: Int = 0,
        now: Timestamp
    ) {
        self.set = set
        self.now = now
        minReadySeconds = set.count("spec", "minReadySeconds")
        let start = set.count("spec", "ordinals", "start")
        let replicas = set["spec", "replicas"]?.intValue ?? 1
        let range = start..<(start + replicas)
        let numbered = pods.compactMap { pod in Self.ordinal(of: pod, in: set).map { ($0, pod) } }
            .sorted { $0.0 < $1.0 }
        let wanted = Dictionary(numbered.filter { range.contains($0.0) }, uniquingKeysWith: { first, _ in first })
        let condemned = numbered.filter { !range.contains($0.0) }.reversed().map(\.1)
        requeue = pods.compactMap { $0.podAvailable(minReadySeconds: minReadySeconds) }.filter { $0 > now }.min()
            .map { $0 - now }
        let isOrdered = set["spec", "podManagementPolicy"]?.stringValue != "Parallel"
        if !set.isBeingDeleted {
            let partition = set.count("spec", "updateStrategy", "rollingUpdate", "partition")
            let isSettled = settle(range, wanted, isOrdered: isOrdered) { ordinal in
                ordinal < start + partition ? current : update
            }
            if isSettled, condemn(Array(condemned), wanted: wanted, isOrdered: isOrdered),
                set["spec", "updateStrategy", "type"]?.stringValue != "OnDelete"
            {
                roll(range.dropFirst(partition), wanted, to: update)
            }
        }
        writeStatus(pods + create, current: current, update: update, replicas: replicas, collisions: collisions)
    }

    /// Makes what is missing.
    ///
    /// - Returns: whether all that is to come next may come.
    private mutating func settle(
        _ range: Range<Int>, _ pods: [Int: UntypedObject], isOrdered: Bool, revision: (Int) -> Revision
    ) -> Bool {
        var mayGoOn = true
        for ordinal in range {
            guard let pod = pods[ordinal] else {
                create.append(StatefulPod.make(set, ordinal: ordinal, revision: revision(ordinal)))
                if isOrdered { return false }
                continue
            }
            if pod.isPodFinished {
                if !pod.isBeingDeleted { delete.append(pod) }
                if isOrdered { return false }
                mayGoOn = false
            } else if isOrdered, pod.isBeingDeleted || !isAvailable(pod) {
                return false
            }
        }
        return mayGoOn
    }

    /// Deletes the pods that are too many, in order one at a time and only while all others are well.
    private mutating func condemn(_ condemned: [UntypedObject], wanted: [Int: UntypedObject], isOrdered: Bool) -> Bool {
        let others = wanted.sorted { $0.key < $1.key }.map(\.value) + condemned.reversed()
        let unhealthy = others.first { $0.isBeingDeleted || !isAvailable($0) }
        var isDone = true
        for pod in condemned {
            if pod.isBeingDeleted {
                if isOrdered { return false }
                continue
            }
            if isOrdered, !isAvailable(pod), pod != unhealthy { return false }
            delete.append(pod)
            if isOrdered { return false }
            isDone = false
        }
        return isDone
    }

    private mutating func roll(_ range: Range<Int>.SubSequence, _ pods: [Int: UntypedObject], to update: Revision) {
        for ordinal in range.reversed() {
            guard let pod = pods[ordinal] else { continue }
            if pod.labels[Self.revisionLabel] != update.name, !pod.isBeingDeleted { return delete.append(pod) }
            if pod.isBeingDeleted || !isAvailable(pod) { return }
        }
    }

    private func isAvailable(_ pod: UntypedObject) -> Bool {
        guard pod.podPhase == "Running", let time = pod.podAvailable(minReadySeconds: minReadySeconds) else {
            return false
        }
        return time <= now
    }

    static func ordinal(of pod: UntypedObject, in set: UntypedObject) -> Int? {
        guard pod.name.hasPrefix("\(set.name)-") else { return nil }
        return Int(pod.name.dropFirst(set.name.count + 1)).flatMap { $0 >= 0 ? $0 : nil }
    }

    private mutating func writeStatus(
        _ pods: [UntypedObject], current: Revision, update: Revision, replicas: Int, collisions: Int
    ) {
        let live = pods.filter { !$0.isBeingDeleted && !delete.contains($0) }
        let ready = pods.count { $0.podPhase == "Running" && $0.isPodReady }
        let updated = live.count { $0.labels[Self.revisionLabel] == update.name }
        var old = live.count { $0.labels[Self.revisionLabel] == current.name }
        var currentName = current.name
        let isRolling = set["spec", "updateStrategy", "type"]?.stringValue != "OnDelete"
        if isRolling, updated == replicas, ready == replicas, pods.count == replicas {
            currentName = update.name
            old = updated
        }
        var status = JSONValue(counts: ["readyReplicas": ready, "currentReplicas": old, "updatedReplicas": updated])
        status["replicas"] = JSONValue(pods.count)
        status["availableReplicas"] = JSONValue(pods.count(where: isAvailable))
        status["observedGeneration"] = JSONValue(set.generation)
        status["currentRevision"] = .string(currentName)
        status["updateRevision"] = .string(update.name)
        status["collisionCount"] = JSONValue(collisions)
        if let conditions = set["status", "conditions"] { status["conditions"] = conditions }
        if status != set.status { self.status = status }
    }
}
