import KubernetesClient

/// What becomes of a node and its taints, as a value: as Kubernetes' node lifecycle controller sees it.
struct NodeHealth: Equatable {
    /// A kubelet that has not renewed its Lease for so long is not there.
    static let patience = Duration.seconds(50)

    /// `nil` when the present one is right.
    private(set) var status: JSONValue?
    /// `nil` when the present ones are right.
    private(set) var taints: [JSONValue]?
    /// `True`, `False` or `Unknown`.
    private(set) var ready: String

    /// - Parameter silence: how long nothing was heard of the kubelet.
    init(_ node: UntypedObject, silence: Duration, now: Timestamp) {
        var conditions = Conditions(node, now: now)
        if silence > Self.patience {
            for type in ["Ready", "MemoryPressure", "DiskPressure", "PIDPressure"] {
                let isKnown = conditions[type] != nil
                guard conditions.status(type) != "Unknown" else { continue }
                conditions.set(
                    type, "Unknown", reason: isKnown ? "NodeStatusUnknown" : "NodeStatusNeverUpdated",
                    message: isKnown ? "Kubelet stopped posting node status." : "Kubelet never posted node status.",
                    stamps: ["lastHeartbeatTime"])
            }
            var status = node.status ?? .emptyObject
            status["conditions"] = .array(conditions.entries)
            if status != node.status { self.status = status }
        }
        ready = conditions.status("Ready") ?? "Unknown"
        var wanted: Set<Taint> = []
        if ready != "True" {
            let key = ready == "False" ? Taint.notReady : Taint.unreachable
            wanted = [Taint(key, .noSchedule), Taint(key, .noExecute)]
        }
        for (type, key) in Self.pressures where conditions.status(type) == "True" {
            wanted.insert(Taint("node.kubernetes.io/\(key)", .noSchedule))
        }
        if node["spec", "unschedulable"]?.boolValue == true { wanted.insert(Taint(Taint.unschedulable, .noSchedule)) }
        let present = node["spec", "taints"]?.arrayValue ?? []
        let kept = present.filter { json in Taint(json).map { !Self.isOurs($0) || wanted.contains($0) } ?? true }
        let missing = wanted.subtracting(kept.compactMap { Taint($0) })
        guard kept.count != present.count || !missing.isEmpty else { return }
        taints =
            kept
            + missing.sorted { ($0.key, $0.effect.rawValue) < ($1.key, $1.effect.rawValue) }.map {
                [
                    "key": .string($0.key), "effect": .string($0.effect.rawValue), "timeAdded": .string(now.seconds),
                ]
            }
    }

    private static let pressures = [
        "MemoryPressure": "memory-pressure", "DiskPressure": "disk-pressure", "PIDPressure": "pid-pressure",
        "NetworkUnavailable": "network-unavailable",
    ]

    private static func isOurs(_ taint: Taint) -> Bool {
        [Taint.notReady, Taint.unreachable, Taint.unschedulable].contains(taint.key)
            || pressures.values.contains { taint.key == "node.kubernetes.io/\($0)" }
    }

    /// When a pod must leave a node with these taints; `nil` when it may stay.
    static func eviction(of pod: UntypedObject, from node: UntypedObject, now: Timestamp) -> Timestamp? {
        let tolerations = Taint.tolerations(of: pod)
        var end: Timestamp?
        for json in node["spec", "taints"]?.arrayValue ?? [] {
            guard let taint = Taint(json), taint.effect == .noExecute else { continue }
            let added = json["timeAdded"]?.stringValue.flatMap { Timestamp($0) } ?? now
            let matching = tolerations.filter { taint.isTolerated(by: $0) }
            guard !matching.isEmpty else { return now }
            let seconds = matching.compactMap { $0["tolerationSeconds"]?.intValue }
            // One without an end tolerates for ever; Kubernetes counts only those that have one.
            guard let least = seconds.min() else { continue }
            end = min(end ?? added + .seconds(least), added + .seconds(max(0, least)))
        }
        return end
    }
}
