import KubernetesClient

/// How many replicas a service has. With equal bounds the number is fixed and there is no autoscaler.
public struct Autoscaling: Described {
    public var minReplicas = 2
    public var maxReplicas = 10
    /// Per cent of the requested CPU.
    public var targetCPU = 70
    /// Per cent of the requested memory.
    public var targetMemory: Int?

    public init() {}

    /// Whether the number of replicas never changes.
    public var isFixed: Bool { minReplicas == maxReplicas }

    public static let schema = Schema.object(
        Self.self, "How many replicas the service has. With equal bounds the number is fixed.",
        rules: [
            // The schema's own default, an empty object, is checked before it gets the defaults of its members.
            .init(
                "!has(self.minReplicas) || !has(self.maxReplicas) || self.minReplicas <= self.maxReplicas",
                message: "minReplicas must not exceed maxReplicas"
            ) { value, _ in
                (value["minReplicas"]?.intValue ?? 0) <= (value["maxReplicas"]?.intValue ?? 0)
            }
        ],
        [
            "minReplicas": .integer("Fewest replicas.", 1...1000),
            "maxReplicas": .integer("Most replicas.", 1...1000),
            "targetCPU": .integer("Average CPU to keep to, in per cent of the request.", 1...1000),
            "targetMemory": .integer(
                "Average memory to keep to, in per cent of the request. Not considered when absent.", 1...1000),
        ])
}
