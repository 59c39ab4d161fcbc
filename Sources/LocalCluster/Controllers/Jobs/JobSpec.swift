import KubernetesClient

/// What a Job's author decided, with Kubernetes' defaults.
struct JobSpec: Equatable {
    var parallelism: Int
    /// `nil`: any one success ends the Job.
    var completions: Int?
    var isSuspended: Bool
    var backoffLimit: Int
    var activeDeadlineSeconds: Int?
    var ttlSecondsAfterFinished: Int?
    var restartsInPlace: Bool
    /// A pod is replaced once it has ended, not when it begins to.
    var replacesOnlyFailed: Bool
    /// What is asked for that this controller does not do.
    var unsupported: String?
    var template: JSONValue
    /// Somebody else's to run.
    var isForeign: Bool

    init(_ job: UntypedObject) {
        let spec = job.spec ?? .emptyObject
        parallelism = spec["parallelism"]?.intValue ?? 1
        completions = spec["completions"]?.intValue
        isSuspended = spec["suspend"]?.boolValue ?? false
        backoffLimit = spec["backoffLimit"]?.intValue ?? 6
        activeDeadlineSeconds = spec["activeDeadlineSeconds"]?.intValue
        ttlSecondsAfterFinished = spec["ttlSecondsAfterFinished"]?.intValue
        template = spec["template"] ?? .emptyObject
        restartsInPlace = template[path: ["spec", "restartPolicy"]]?.stringValue == "OnFailure"
        replacesOnlyFailed = spec["podReplacementPolicy"]?.stringValue == "Failed"
        // The other fields of its kind are valid only together with these.
        unsupported =
            spec["completionMode"]?.stringValue == "Indexed"
            ? "completionMode Indexed" : spec["podFailurePolicy"].map { _ in "podFailurePolicy" }
        let manager = spec["managedBy"]?.stringValue ?? JobDecision.manager
        isForeign = manager != JobDecision.manager
    }
}
