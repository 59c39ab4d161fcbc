import KubernetesClient

/// What a Deployment says of its pods.
struct DeploymentState: Sendable, Hashable {
    var replicas = 0
    var updated = 0
    var ready = 0
    var available = 0
    /// The release of the template.
    var version: String?
    /// The controller has seen the newest template.
    var isObserved = false
    /// A rollout that made no progress for too long, in the Deployment's own words.
    var stalled: String?

    init() {}

    init(_ deployment: UntypedObject) {
        replicas = deployment["spec", "replicas"]?.intValue ?? 1
        updated = deployment["status", "updatedReplicas"]?.intValue ?? 0
        ready = deployment["status", "readyReplicas"]?.intValue ?? 0
        available = deployment["status", "availableReplicas"]?.intValue ?? 0
        version = deployment["spec", "template", "metadata", "labels", Labels.version]?.stringValue
        isObserved = (deployment["status", "observedGeneration"]?.integerValue ?? 0) >= deployment.generation
        stalled =
            deployment["status", "conditions"]?.arrayValue?
            .first { $0["type"] == "Progressing" && $0["status"] == "False" }?["message"]?.stringValue
    }

    /// All pods run the newest template and are available.
    var isRolledOut: Bool { isObserved && updated >= replicas && available >= replicas && ready >= replicas }
}
