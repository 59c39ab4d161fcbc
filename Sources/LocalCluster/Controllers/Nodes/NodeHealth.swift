import KubernetesClient

/// What becomes of a node that is silent, as a value: as Kubernetes' node lifecycle controller sees it.
struct NodeHealth: Equatable {
    /// A kubelet that has not renewed its Lease for so long is not there.
    static let patience = Duration.seconds(50)

    /// `nil` when the present one is right.
    private(set) var status: JSONValue?

    /// - Parameter silence: how long nothing was heard of the kubelet.
    init(_ node: UntypedObject, silence: Duration, now: Timestamp) {
        guard silence > Self.patience else { return }
        var conditions = Conditions(node, now: now)
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
}
