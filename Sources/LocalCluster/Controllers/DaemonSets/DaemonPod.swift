import KubernetesClient

/// The pods of a DaemonSet: each is meant for one node, which it names in its affinity.
enum DaemonPod {
    static let hashLabel = "controller-revision-hash"

    static func make(_ set: UntypedObject, node: String, hash: String) -> UntypedObject {
        var pod = UntypedObject(podOf: set, template: set["spec", "template"] ?? .emptyObject)
        pod.labels[hashLabel] = hash
        pod.labels["pod-template-generation"] = set.annotations["deprecated.daemonset.template.generation"]
        let field: JSONValue = [["key": "metadata.name", "operator": "In", "values": [.string(node)]]]
        let path = ["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
        let terms = (pod.spec?[path: path]?["nodeSelectorTerms"]?.arrayValue ?? []).map { term in
            var term = term
            term["matchFields"] = field
            return term
        }
        pod.spec?[path: path] = ["nodeSelectorTerms": .array(terms.isEmpty ? [["matchFields": field]] : terms)]
        pod["spec", "tolerations"] = .array((pod["spec", "tolerations"]?.arrayValue ?? []) + tolerations)
        return pod
    }

    /// The node that a pod is on, or waits for.
    static func node(_ pod: UntypedObject) -> String {
        guard pod.podNode.isEmpty else { return pod.podNode }
        let required = pod["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
        let fields = required?["nodeSelectorTerms"]?[0]?["matchFields"]
        return fields?[0]?["values"]?[0]?.stringValue ?? ""
    }

    /// Placed pods before others, then the oldest.
    static func isBefore(_ left: UntypedObject, _ right: UntypedObject) -> Bool {
        if left.podNode.isEmpty != right.podNode.isEmpty { return right.podNode.isEmpty }
        let (a, b) = (left.creationTimestamp?.microseconds ?? 0, right.creationTimestamp?.microseconds ?? 0)
        return a != b ? a < b : left.name < right.name
    }

    /// It stays whatever happens to its node.
    private static let tolerations: [JSONValue] =
        [("not-ready", "NoExecute"), ("unreachable", "NoExecute")].map(toleration)
        + ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"].map { toleration($0, "NoSchedule") }

    private static func toleration(_ key: String, _ effect: String) -> JSONValue {
        ["key": .string("node.kubernetes.io/\(key)"), "operator": "Exists", "effect": .string(effect)]
    }
}
