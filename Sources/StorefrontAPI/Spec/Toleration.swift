/// A taint of nodes that a service's pods put up with.
public struct Toleration: Described {
    public enum Operator: String, Codable, Sendable, CaseIterable { case exists = "Exists", equal = "Equal" }
    public enum Effect: String, Codable, Sendable, CaseIterable {
        case noSchedule = "NoSchedule", preferNoSchedule = "PreferNoSchedule", noExecute = "NoExecute"
    }

    public var key: String?
    public var `operator`: Operator = .equal
    public var value: String?
    public var effect: Effect?
    public var tolerationSeconds: Int?

    public init() {}

    public static let schema = Schema.object(
        Self.self, "A taint of nodes that the pods put up with.",
        [
            "key": .string("Key of the taint; all taints when absent.", maximumLength: 316),
            "operator": .choice(Operator.self, "Whether the value is compared."),
            "value": .string("Value of the taint.", maximumLength: 63),
            "effect": .choice(Effect.self, "Effect of the taint; all effects when absent."),
            "tolerationSeconds": .integer(
                "How long a NoExecute taint is put up with; for ever when absent.", 0...31_536_000, format: "int64"),
        ])
}
