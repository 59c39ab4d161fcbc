import KubernetesClient

/// One entry of `status.conditions` (`metav1.Condition`), such as `Ready`, which people read and `kubectl wait` awaits.
///
/// Since when it is so need not be given: a ``ResourceReconciler``'s status keeps the time of the last change.
public struct StatusCondition: Codable, Sendable, Hashable {
    /// Such as `Ready`.
    public var type: String
    /// `True`, `False` or `Unknown`.
    public var status: String
    /// A word in CamelCase.
    public var reason: String
    /// A sentence for people.
    public var message: String
    /// The `metadata.generation` it is about.
    public var observedGeneration: Int64?
    /// RFC 3339, to the second.
    public var lastTransitionTime: String?

    /// - Parameters:
    ///   - type: such as `Ready`.
    ///   - holds: `nil` when that is not known.
    ///   - reason: a word in CamelCase.
    ///   - message: a sentence for people.
    ///   - generation: the `metadata.generation` it is about.
    public init(
        _ type: String, _ holds: Bool?, reason: String, message: String = "", generation: Int64? = nil
    ) {
        self.type = type
        status = holds.map { $0 ? "True" : "False" } ?? "Unknown"
        self.reason = reason
        self.message = message
        observedGeneration = generation
    }
}

extension JSONValue {
    /// A status in which every condition says since when it is so: as before when it was so before, or else now.
    func keepingTransitionTimes(of old: JSONValue?, now: Timestamp) -> JSONValue {
        guard case .array(let conditions)? = self["conditions"] else { return self }
        let before = old?["conditions"]?.arrayValue ?? []
        var status = self
        status["conditions"] = .array(
            conditions.map { condition in
                var condition = condition
                let same = before.first {
                    $0["type"] == condition["type"] && $0["status"] == condition["status"]
                }
                condition["lastTransitionTime"] = same?["lastTransitionTime"] ?? .string(now.seconds)
                return condition
            })
        return status
    }
}
