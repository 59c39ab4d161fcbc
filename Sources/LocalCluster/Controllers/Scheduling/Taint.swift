import KubernetesClient

/// A mark of a node that keeps away, or drives away, the pods that do not tolerate it.
struct Taint: Hashable {
    enum Effect: String {
        case noSchedule = "NoSchedule"
        case noExecute = "NoExecute"
        case preferNoSchedule = "PreferNoSchedule"
    }

    static let notReady = "node.kubernetes.io/not-ready"
    static let unreachable = "node.kubernetes.io/unreachable"
    static let unschedulable = "node.kubernetes.io/unschedulable"

    var key: String
    var value = ""
    var effect: Effect

    init(_ key: String, _ effect: Effect) {
        self.key = key
        self.effect = effect
    }

    init?(_ json: JSONValue) {
        guard let key = json["key"]?.stringValue,
            let effect = json["effect"]?.stringValue.flatMap({ Effect(rawValue: $0) })
        else { return nil }
        self.init(key, effect)
        value = json["value"]?.stringValue ?? ""
    }

    func isTolerated(by toleration: JSONValue) -> Bool {
        let key = toleration["key"]?.stringValue ?? ""
        let effect = toleration["effect"]?.stringValue ?? ""
        guard effect.isEmpty || effect == self.effect.rawValue, key.isEmpty || key == self.key else { return false }
        return toleration["operator"]?.stringValue == "Exists"
            || (!key.isEmpty && toleration["value"]?.stringValue ?? "" == value)
    }

    /// Whether a pod tolerates a node's taints of some effects.
    static func admits(_ pod: UntypedObject, to node: UntypedObject, _ effects: Set<Effect>) -> Bool {
        let tolerations = tolerations(of: pod)
        return (node["spec", "taints"]?.arrayValue ?? []).compactMap { Taint($0) }.allSatisfy { taint in
            !effects.contains(taint.effect) || tolerations.contains { taint.isTolerated(by: $0) }
        }
    }

    static func tolerations(of pod: UntypedObject) -> [JSONValue] {
        let own = pod["spec", "tolerations"]?.arrayValue ?? []
        // What admission gives every pod in Kubernetes: five minutes for its node to come back.
        let missing = [notReady, unreachable].filter { key in
            !own.contains { Taint(key, .noExecute).isTolerated(by: $0) }
        }
        return own
            + missing.map {
                ["key": .string($0), "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300]
            }
    }
}
