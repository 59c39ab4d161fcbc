import KubernetesClient

/// How one of the five services runs.
public struct ServiceSpec: Described {
    public var autoscaling = Autoscaling()
    public var resources = ResourceRequirements()
    /// The whole image reference, instead of the one made from `spec.image` and `spec.version`.
    public var image: String?
    public var env: [EnvironmentVariable] = []
    public var podAnnotations: [String: String] = [:]
    public var podLabels: [String: String] = [:]
    public var nodeSelector: [String: String] = [:]
    public var tolerations: [Toleration] = []
    public var topologySpread = TopologySpread()
    public var priorityClassName: String?
    public var database = DatabaseSpec()

    public init() {}

    static let properties: [String: Schema] = [
        "autoscaling": Autoscaling.schema,
        "resources": ResourceRequirements.schema,
        "image": .string(
            "Image of this service, instead of the one made from spec.image and spec.version.", minimumLength: 1,
            maximumLength: 512),
        "env": .array(
            EnvironmentVariable.schema, keys: ["name"],
            "Variables for the service's environment; they win over the generated configuration."
        ).ruled(
            .init(
                "self.all(e, !(e.name in ['POD_IP', 'POD_NAME', 'POD_NAMESPACE']))",
                message: "POD_IP, POD_NAME and POD_NAMESPACE are set by the operator"
            ) { value, _ in
                (value.arrayValue ?? []).allSatisfy {
                    !["POD_IP", "POD_NAME", "POD_NAMESPACE"].contains($0["name"]?.stringValue ?? "")
                }
            }),
        "podAnnotations": .map(
            .string("A value.", maximumLength: 4096), "Annotations for the service's pods."),
        "podLabels": .map(
            .string("A value.", maximumLength: 63), "Labels for the service's pods besides the operator's own."),
        "nodeSelector": .map(
            .string("A value.", maximumLength: 63), "Labels that a node must have to run the service."),
        "tolerations": .array(Toleration.schema, "Taints of nodes that the pods put up with."),
        "topologySpread": TopologySpread.schema,
        "priorityClassName": .string("PriorityClass of the pods.", minimumLength: 1),
        "database": DatabaseSpec.schema,
    ]

    public static let schema = Schema.object(Self.self, "How the service runs.", properties)
}
