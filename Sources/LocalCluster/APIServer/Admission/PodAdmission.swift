internal import APIMachinery
internal import KubernetesClient

/// What an admission plugin of Kubernetes gives every pod: a priority.
struct PodAdmission {
    /// The PriorityClasses that are there.
    let classes: [JSONValue]

    /// The pod with its priority; `nil` when it names a class that is not there.
    func admit(_ pod: JSONValue) -> JSONValue? {
        var pod = pod
        var name = pod.text("spec", "priorityClassName")
        let found = classes.first { name.isEmpty ? $0["globalDefault"] == true : $0.text("metadata", "name") == name }
        if name.isEmpty {
            name = found?.text("metadata", "name") ?? ""
        }
        if !name.isEmpty {
            if found == nil { return nil }
            pod[path: ["spec", "priorityClassName"]] = .string(name)
        }
        pod[path: ["spec", "priority"]] = found?["value"] ?? 0
        if pod[path: ["spec", "preemptionPolicy"]] == nil {
            pod[path: ["spec", "preemptionPolicy"]] = found?["preemptionPolicy"] ?? "PreemptLowerPriority"
        }
        return pod
    }
}
