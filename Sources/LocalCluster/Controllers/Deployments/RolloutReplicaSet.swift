import KubernetesClient

/// A ReplicaSet as a rollout sees it; changed by the decisions of one pass.
struct RolloutReplicaSet: Equatable {
    enum Annotation {
        static let revision = "deployment.kubernetes.io/revision"
        static let history = "deployment.kubernetes.io/revision-history"
        static let desired = "deployment.kubernetes.io/desired-replicas"
        static let maximum = "deployment.kubernetes.io/max-replicas"
        static let applied = "kubectl.kubernetes.io/last-applied-configuration"

        /// What a ReplicaSet does not take over from its Deployment.
        static let own: Set<String> = [revision, history, desired, maximum, applied]
    }

    let object: UntypedObject
    /// `spec.replicas`, as it is to become.
    var replicas: Int
    var minReadySeconds: Int
    var annotations: [String: String]

    init(_ object: UntypedObject) {
        self.object = object
        replicas = object["spec", "replicas"]?.intValue ?? 1
        minReadySeconds = object.count("spec", "minReadySeconds")
        annotations = object.annotations
    }

    var name: String { object.name }
    var current: Int { object.count("status", "replicas") }
    var ready: Int { object.count("status", "readyReplicas") }
    var available: Int { object.count("status", "availableReplicas") }
    /// The Deployment's `replicas` when this one was last sized.
    var desired: Int? { annotations[Annotation.desired].flatMap(Int.init) }
    var revision: Int { annotations[Annotation.revision].flatMap(Int.init) ?? 0 }

    /// Oldest first; the name decides between those made in the same second.
    static func isOlder(_ left: RolloutReplicaSet, _ right: RolloutReplicaSet) -> Bool {
        let (a, b) = (
            left.object.creationTimestamp?.microseconds ?? 0, right.object.creationTimestamp?.microseconds ?? 0
        )
        return a != b ? a < b : left.name < right.name
    }

    /// The merge patch that makes the object so, `nil` when it is.
    var patch: JSONValue? {
        var patch: JSONValue = .emptyObject
        var spec: JSONValue = .emptyObject
        if replicas != object["spec", "replicas"]?.intValue ?? 1 { spec["replicas"] = JSONValue(replicas) }
        if minReadySeconds != object.count("spec", "minReadySeconds") {
            spec["minReadySeconds"] = JSONValue(minReadySeconds)
        }
        if spec != .emptyObject { patch["spec"] = spec }
        if annotations != object.annotations { patch["metadata"] = ["annotations": JSONValue(annotations)] }
        return patch == .emptyObject ? nil : patch
    }
}
