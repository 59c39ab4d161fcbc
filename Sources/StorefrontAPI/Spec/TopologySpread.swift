/// How a service's pods are spread over the cluster.
public struct TopologySpread: Described {
    public enum WhenUnsatisfiable: String, Codable, Sendable, CaseIterable {
        case scheduleAnyway = "ScheduleAnyway", doNotSchedule = "DoNotSchedule"
    }

    public var topologyKeys = ["topology.kubernetes.io/zone", "kubernetes.io/hostname"]
    public var maxSkew = 1
    public var whenUnsatisfiable: WhenUnsatisfiable = .scheduleAnyway

    public init() {}

    public static let schema = Schema.object(
        Self.self, "How the pods are spread over the cluster.",
        [
            "topologyKeys": .array(
                .string("A node label.", minimumLength: 1, maximumLength: 316),
                "Node labels whose values are to have about as many pods each.", maximumCount: 8),
            "maxSkew": .integer("By how many pods two values of a label may differ.", 1...100),
            "whenUnsatisfiable": .choice(
                WhenUnsatisfiable.self, "What to do with a pod that cannot be placed so."),
        ])
}
