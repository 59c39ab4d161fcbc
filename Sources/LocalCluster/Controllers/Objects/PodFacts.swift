import KubernetesClient

/// What controllers ask of a pod.
extension UntypedObject {
    var podPhase: String { self["status", "phase"]?.stringValue ?? "Pending" }

    var isPodFinished: Bool { podPhase == "Succeeded" || podPhase == "Failed" }

    /// Not finished and not being deleted: what a ReplicaSet counts.
    var isPodActive: Bool { !isPodFinished && !isBeingDeleted }

    var isPodReady: Bool { condition("Ready")?["status"]?.stringValue == "True" }

    /// Since when the pod is ready; `nil` when it is not.
    var podReadySince: Timestamp? {
        guard isPodReady else { return nil }
        return condition("Ready")?["lastTransitionTime"]?.stringValue.flatMap { Timestamp($0) }
    }

    /// When a ready pod counts as available; `nil` when it is not ready.
    func podAvailable(minReadySeconds: Int) -> Timestamp? {
        guard isPodReady else { return nil }
        return (podReadySince ?? Timestamp(microseconds: 0)) + .seconds(minReadySeconds)
    }

    /// Of the container that was started anew most often.
    var podRestarts: Int {
        let statuses = self["status", "containerStatuses"]?.arrayValue ?? []
        return statuses.map { $0["restartCount"]?.intValue ?? 0 }.max() ?? 0
    }

    /// Of all its containers together.
    var podRestartsInAll: Int {
        ["initContainerStatuses", "containerStatuses"].flatMap { self["status", $0]?.arrayValue ?? [] }
            .reduce(0) { $0 + ($1["restartCount"]?.intValue ?? 0) }
    }

    /// Being deleted, and not over yet.
    var isPodTerminating: Bool { isBeingDeleted && !isPodFinished }

    /// The name of its node, empty before there is one.
    var podNode: String { self["spec", "nodeName"]?.stringValue ?? "" }

    /// A condition of any object's status.
    func condition(_ type: String) -> JSONValue? {
        self["status", "conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
    }

    func isControlled(by owner: UntypedObject) -> Bool { controllerReference?.uid == owner.uid }
}
