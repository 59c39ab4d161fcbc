import KubernetesClient

/// What a Deployment's author decided, with Kubernetes' defaults.
struct DeploymentSpec: Equatable {
    var replicas: Int
    var isRecreate: Bool
    /// How many pods may be above and below `replicas` during a rolling update.
    var maxSurge: Int
    var maxUnavailable: Int
    var minReadySeconds: Int
    /// `nil` when there is no deadline.
    var progressDeadlineSeconds: Int?
    var revisionHistoryLimit: Int
    var isPaused: Bool
    var template: JSONValue
    var selector: JSONValue

    init(_ deployment: UntypedObject) {
        let spec = deployment.spec ?? .emptyObject
        replicas = spec["replicas"]?.intValue ?? 1
        isRecreate = spec[path: ["strategy", "type"]]?.stringValue == "Recreate"
        let rolling = spec[path: ["strategy", "rollingUpdate"]]
        let surge = IntOrPercent(rolling?["maxSurge"]) ?? .percent(25)
        let unavailable = IntOrPercent(rolling?["maxUnavailable"]) ?? .percent(25)
        maxSurge = isRecreate ? 0 : surge.of(replicas, roundingUp: true)
        maxUnavailable = isRecreate ? 0 : min(unavailable.of(replicas, roundingUp: false), replicas)
        // Otherwise a rollout could not begin.
        if !isRecreate, maxSurge == 0, maxUnavailable == 0 { maxUnavailable = 1 }
        minReadySeconds = spec["minReadySeconds"]?.intValue ?? 0
        let deadline = spec["progressDeadlineSeconds"]?.intValue ?? 600
        progressDeadlineSeconds = deadline == Int(Int32.max) ? nil : deadline
        revisionHistoryLimit = spec["revisionHistoryLimit"]?.intValue ?? 10
        isPaused = spec["paused"]?.boolValue ?? false
        template = spec["template"] ?? .emptyObject
        selector = spec["selector"] ?? .emptyObject
    }

    /// Above this many pods a rollout may not go.
    var maximumPods: Int { replicas > 0 ? replicas + maxSurge : 0 }
}
