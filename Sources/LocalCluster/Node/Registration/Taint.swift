public import KubernetesClient

/// What keeps pods that do not tolerate it away from a node.
public struct Taint: Sendable, Hashable {
    public enum Effect: String, Sendable {
        case noSchedule = "NoSchedule"
        case preferNoSchedule = "PreferNoSchedule"
        case noExecute = "NoExecute"
    }

    public var key: String
    public var value: String
    public var effect: Effect

    /// `KEY=VALUE:EFFECT` or `KEY:EFFECT`; `nil` for anything else.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let effect = Effect(rawValue: String(parts[1])) else { return nil }
        let pair = parts[0].split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let key = pair.first, !key.isEmpty else { return nil }
        self.key = String(key)
        value = pair.count > 1 ? String(pair[1]) : ""
        self.effect = effect
    }

    public init?(_ json: JSONValue) {
        guard let key = json["key"]?.stringValue, let effect = json["effect"]?.stringValue.flatMap(Effect.init)
        else { return nil }
        self.key = key
        value = json["value"]?.stringValue ?? ""
        self.effect = effect
    }

    var json: JSONValue {
        var json: JSONValue = ["key": .string(key), "effect": .string(effect.rawValue)]
        if !value.isEmpty { json["value"] = .string(value) }
        return json
    }

    /// Whether a pod's toleration allows for the taint.
    func isTolerated(by toleration: JSONValue) -> Bool {
        if let effect = toleration["effect"]?.stringValue, !effect.isEmpty, effect != self.effect.rawValue {
            return false
        }
        let key = toleration["key"]?.stringValue ?? ""
        let exists = toleration["operator"]?.stringValue == "Exists"
        if key.isEmpty { return exists }
        return key == self.key && (exists || (toleration["value"]?.stringValue ?? "") == value)
    }
}
