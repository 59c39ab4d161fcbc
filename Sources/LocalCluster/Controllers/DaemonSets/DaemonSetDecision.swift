import KubernetesClient

/// One pass over a DaemonSet as a value: a pod for each node that takes one, replaced a few at a time when the template
/// changes. `maxSurge` is not known here: an old pod goes before its successor comes.
struct DaemonSetDecision: Equatable {
    var create: [UntypedObject] = []
    var delete: [UntypedObject] = []
    var status: JSONValue?
    var requeue: Duration?
    var events: [JobDecision.Event] = []

    private let set: UntypedObject
    private let hash: String
    private let minReadySeconds: Int
    private let now: Timestamp

    /// - Parameters:
    ///   - pods: its own.
    ///   - hash: of the present template's revision.
    init(_ set: UntypedObject, pods: [UntypedObject], nodes: [UntypedObject], hash: String, now: Timestamp) {
        self.set = set
        self.hash = hash
        self.now = now
        minReadySeconds = set.count("spec", "minReadySeconds")
        let byNode = Dictionary(grouping: pods, by: DaemonPod.node)
        var desired: [String] = []
        var misscheduled = 0
        for node in nodes.sorted(by: { $0.name < $1.name }) {
            let pod = DaemonPod.make(set, node: node.name, hash: hash)
            let own = byNode[node.name] ?? []
            let fits = NodeSelection.selects(pod, node)
            if fits, Taint.admits(pod, to: node, [.noSchedule, .noExecute]) {
                desired.append(node.name)
                if own.isEmpty { create.append(pod) } else { clean(own, on: node.name) }
            } else {
                misscheduled += own.isEmpty ? 0 : 1
                if fits, Taint.admits(pod, to: node, [.noExecute]) {
                    clean(own, on: node.name)
                } else {
                    delete += own.filter { !$0.isBeingDeleted }
                }
            }
        }
        let known = Set(nodes.map(\.name))
        delete += pods.filter { $0.podNode.isEmpty && !known.contains(DaemonPod.node($0)) && !$0.isBeingDeleted }
        let serving = desired.map { node in (byNode[node] ?? []).min(by: DaemonPod.isBefore) }
        if set.isBeingDeleted {
            (create, delete) = ([], [])
        } else if create.isEmpty, delete.isEmpty,
            set["spec", "updateStrategy", "type"]?.stringValue != "OnDelete"
        {
            replaceOld(byNode, desired)
        }
        requeue = pods.compactMap { $0.podAvailable(minReadySeconds: minReadySeconds) }.filter { $0 > now }.min()
            .map { $0 - now }
        writeStatus(serving, misscheduled: misscheduled)
    }

    /// Pods that are over make room for new ones; of several only the first stays.
    private mutating func clean(_ pods: [UntypedObject], on node: String) {
        var running: [UntypedObject] = []
        for pod in pods where !pod.isBeingDeleted {
            let name = "\(pod.namespace ?? "")/\(pod.name) on node \(node)"
            switch pod.podPhase {
            case "Failed":
                delete.append(pod)
                events.append(
                    .init(
                        isWarning: true, reason: "FailedDaemonPod",
                        message: "Found failed daemon pod \(name), will try to kill it"))
            case "Succeeded":
                delete.append(pod)
                events.append(
                    .init(
                        reason: "SucceededDaemonPod",
                        message: "Found succeeded daemon pod \(name), will try to delete it"))
            default: running.append(pod)
            }
        }
        delete += running.sorted(by: DaemonPod.isBefore).dropFirst()
    }

    private mutating func replaceOld(_ pods: [String: [UntypedObject]], _ desired: [String]) {
        let limit = IntOrPercent(set["spec", "updateStrategy", "rollingUpdate", "maxUnavailable"]) ?? .count(1)
        var unavailable = 0
        var broken: [UntypedObject] = []
        var candidates: [UntypedObject] = []
        for node in desired {
            let own = pods[node] ?? []
            guard let pod = own.first, own.count == 1, !pod.isBeingDeleted else {
                unavailable += 1
                continue
            }
            let isNew = pod.labels[DaemonPod.hashLabel] == hash
            if !isAvailable(pod) {
                unavailable += 1
                if !isNew { broken.append(pod) }
            } else if !isNew {
                candidates.append(pod)
            }
        }
        let room = max(0, max(1, limit.of(desired.count, roundingUp: true)) - unavailable)
        delete += broken + candidates.prefix(room)
    }

    private func isAvailable(_ pod: UntypedObject) -> Bool {
        pod.podAvailable(minReadySeconds: minReadySeconds).map { $0 <= now } ?? false
    }

    private mutating func writeStatus(_ serving: [UntypedObject?], misscheduled: Int) {
        let present = serving.compactMap { $0 }
        let available = present.count(where: isAvailable)
        var status = JSONValue(counts: [
            "updatedNumberScheduled": present.count { $0.labels[DaemonPod.hashLabel] == hash },
            "numberAvailable": available, "numberUnavailable": serving.count - available,
        ])
        status["desiredNumberScheduled"] = JSONValue(serving.count)
        status["currentNumberScheduled"] = JSONValue(present.count)
        status["numberMisscheduled"] = JSONValue(misscheduled)
        status["numberReady"] = JSONValue(present.count(where: \.isPodReady))
        status["observedGeneration"] = JSONValue(set.generation)
        for field in ["collisionCount", "conditions"] { status[field] = set["status", field] }
        if status != set.status { self.status = status }
    }
}
