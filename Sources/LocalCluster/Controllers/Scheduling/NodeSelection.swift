import KubernetesClient

/// Whether a node is one that a pod asks for: `nodeSelector` and the required node affinity.
enum NodeSelection {
    static func selects(_ pod: UntypedObject, _ node: UntypedObject) -> Bool {
        let labels = pod["spec", "nodeSelector"]?.stringMapValue ?? [:]
        guard labels.allSatisfy({ node.labels[$0.key] == $0.value }) else { return false }
        let required = pod["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
        guard let terms = required?["nodeSelectorTerms"]?.arrayValue else { return true }
        return terms.contains { matches($0, node) }
    }

    private static func matches(_ term: JSONValue, _ node: UntypedObject) -> Bool {
        let labels = term["matchExpressions"]?.arrayValue ?? []
        let fields = term["matchFields"]?.arrayValue ?? []
        guard !labels.isEmpty || !fields.isEmpty else { return false }
        return labels.allSatisfy { holds($0, node.labels[$0["key"]?.stringValue ?? ""]) }
            && fields.allSatisfy { holds($0, $0["key"]?.stringValue == "metadata.name" ? node.name : nil) }
    }

    private static func holds(_ expression: JSONValue, _ value: String?) -> Bool {
        let values = (expression["values"]?.arrayValue ?? []).compactMap(\.stringValue)
        let numbers = (value.flatMap { Int($0) }, values.first.flatMap { Int($0) })
        switch expression["operator"]?.stringValue {
        case "In": return value.map(values.contains) ?? false
        case "NotIn": return value.map { !values.contains($0) } ?? true
        case "Exists": return value != nil
        case "DoesNotExist": return value == nil
        case "Gt": if case (let a?, let b?) = numbers { return a > b } else { return false }
        case "Lt": if case (let a?, let b?) = numbers { return a < b } else { return false }
        default: return false
        }
    }
}
