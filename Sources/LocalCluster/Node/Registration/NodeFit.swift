import KubernetesClient

/// Whether a pod may run on a node, as a scheduler would see it: a value.
///
/// Its node selector, required node affinity and tolerations count. Requests for CPU and memory do not: processes of a
/// machine share what it has.
enum NodeFit {
    /// - Returns: why not, in the scheduler's words; `nil` when it fits.
    static func obstacle(_ pod: UntypedObject, on node: UntypedObject) -> String? {
        if node["spec", "unschedulable"]?.boolValue == true { return "node(s) were unschedulable" }
        let selector = pod["spec", "nodeSelector"]?.stringMapValue ?? [:]
        let required = pod["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
        let terms = required?["nodeSelectorTerms"]?.arrayValue
        guard selector.allSatisfy({ node.labels[$0.key] == $0.value }),
            terms?.contains(where: { matches($0, node) }) ?? true
        else { return "node(s) didn't match Pod's node affinity/selector" }
        let tolerations = pod["spec", "tolerations"]?.arrayValue ?? []
        let taints = (node["spec", "taints"]?.arrayValue ?? []).compactMap { Taint($0) }
        // Those of Kubernetes' own tell the node's state, which it knows itself: nobody may be there to take away the
        // not-ready taint that every new node is given.
        let intolerable = taints.first { taint in
            taint.effect != .preferNoSchedule && !taint.key.hasPrefix("node.kubernetes.io/")
                && !tolerations.contains { taint.isTolerated(by: $0) }
        }
        return intolerable == nil ? nil : "node(s) had untolerated taint(s)"
    }

    private static func matches(_ term: JSONValue, _ node: UntypedObject) -> Bool {
        let labels = term["matchExpressions"]?.arrayValue ?? []
        let fields = term["matchFields"]?.arrayValue ?? []
        guard !labels.isEmpty || !fields.isEmpty else { return false }
        return labels.allSatisfy { holds($0, node.labels[$0["key"]?.stringValue ?? ""]) }
            && fields.allSatisfy { holds($0, $0["key"] == "metadata.name" ? node.name : nil) }
    }

    private static func holds(_ expression: JSONValue, _ value: String?) -> Bool {
        let values = expression["values"]?.arrayValue?.compactMap(\.stringValue) ?? []
        switch expression["operator"]?.stringValue {
        case "In": return value.map(values.contains) ?? false
        case "NotIn": return value.map { !values.contains($0) } ?? true
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        case "Gt": return compare(value, values) { $0 > $1 }
        case "Lt": return compare(value, values) { $0 < $1 }
        default: return false
        }
    }

    private static func compare(_ value: String?, _ values: [String], _ holds: (Int, Int) -> Bool) -> Bool {
        guard let value = value.flatMap({ Int($0) }), let bound = values.first.flatMap({ Int($0) }) else {
            return false
        }
        return holds(value, bound)
    }
}
