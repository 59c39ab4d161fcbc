import KubernetesClient

/// What a Job's author decided, with Kubernetes' defaults.
struct JobSpec: Equatable {
    var parallelism: Int
    /// `nil`: any one success ends the Job.
    var completions: Int?
    var isIndexed: Bool
    var isSuspended: Bool
    var backoffLimit: Int
    var backoffLimitPerIndex: Int?
    var maxFailedIndexes: Int?
    var activeDeadlineSeconds: Int?
    var ttlSecondsAfterFinished: Int?
    var restartsInPlace: Bool
    /// A pod is replaced once it has ended, not when it begins to.
    var replacesOnlyFailed: Bool
    var failurePolicy: PodFailurePolicy?
    var successRules: [JSONValue]
    var template: JSONValue
    /// Somebody else's to run.
    var isForeign: Bool

    init(_ job: UntypedObject) {
        let spec = job.spec ?? .emptyObject
        parallelism = spec["parallelism"]?.intValue ?? 1
        completions = spec["completions"]?.intValue
        isIndexed = spec["completionMode"]?.stringValue == "Indexed"
        isSuspended = spec["suspend"]?.boolValue ?? false
        backoffLimit = spec["backoffLimit"]?.intValue ?? 6
        backoffLimitPerIndex = spec["backoffLimitPerIndex"]?.intValue
        maxFailedIndexes = spec["maxFailedIndexes"]?.intValue
        activeDeadlineSeconds = spec["activeDeadlineSeconds"]?.intValue
        ttlSecondsAfterFinished = spec["ttlSecondsAfterFinished"]?.intValue
        template = spec["template"] ?? .emptyObject
        restartsInPlace = template[path: ["spec", "restartPolicy"]]?.stringValue == "OnFailure"
        failurePolicy = PodFailurePolicy(job)
        replacesOnlyFailed = failurePolicy != nil || spec["podReplacementPolicy"]?.stringValue == "Failed"
        successRules = spec[path: ["successPolicy", "rules"]]?.arrayValue ?? []
        let manager = spec["managedBy"]?.stringValue ?? JobDecision.manager
        isForeign = manager != JobDecision.manager
    }
}
