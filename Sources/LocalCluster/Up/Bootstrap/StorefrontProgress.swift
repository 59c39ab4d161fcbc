public import KubernetesClient

/// What the status of a Storefront says, for the person who waits for it.
public struct StorefrontProgress: Sendable, Hashable {
    public let isReady: Bool
    public let url: String?
    /// The conditions that are not true yet, with their messages; empty before the operator has looked.
    public let outstanding: [String]
    /// The conditions that are true, in words.
    public let satisfied: Set<String>

    public init(_ object: UntypedObject) {
        let conditions = object["status", "conditions"]?.arrayValue ?? []
        let observed = object["status", "observedGeneration"]?.integerValue
        let ready = conditions.first { $0["type"] == "Ready" }
        isReady = ready?["status"] == "True" && observed == object.generation
        url = object["status", "url"]?.stringValue
        // These say that something goes on or is switched off, not that something is missing.
        let informative: Set<JSONValue?> = ["Ready", "Progressing", "Suspended"]
        let steps = conditions.filter { !informative.contains($0["type"]) }
        outstanding = steps.filter { $0["status"] != "True" }.map { condition in
            let type = condition["type"]?.stringValue ?? ""
            return "\(type): \(condition["message"]?.stringValue ?? condition["reason"]?.stringValue ?? "")"
        }
        satisfied = Set(steps.filter { $0["status"] == "True" }.compactMap { $0["type"]?.stringValue })
    }
}
