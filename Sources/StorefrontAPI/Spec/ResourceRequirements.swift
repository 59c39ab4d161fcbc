/// The resources of a container.
public struct ResourceRequirements: Described {
    public var requests: [String: Quantity] = ["cpu": "50m", "memory": "64Mi"]
    public var limits: [String: Quantity] = ["memory": "256Mi"]

    public init() {}

    public static let schema = Schema.object(
        Self.self, "Resources of the service's container.",
        [
            "requests": .map(.quantity("An amount."), "What is reserved.", maximumCount: 16),
            "limits": .map(.quantity("An amount."), "What is never exceeded.", maximumCount: 16),
        ])
}
