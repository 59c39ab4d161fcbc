/// What was observed of one service.
public struct ServiceStatus: Described {
    public var name = ""
    /// The release its pods run, or are being updated to.
    public var version: String?
    /// Pods there should be.
    public var replicas: Int?
    /// Pods of the newest template.
    public var updatedReplicas: Int?
    /// Pods that are ready.
    public var readyReplicas: Int?
    /// The release its database is migrated to.
    public var migratedVersion: String?

    public init() {}

    public init(name: String) { self.name = name }

    public static let schema = Schema.object(
        Self.self, "What was observed of the service.", required: ["name"],
        [
            "name": .string("Name of the service.", maximumLength: 63),
            "version": .string("The release its pods run, or are being updated to."),
            "replicas": .integer("Pods there should be.", 0...100_000),
            "updatedReplicas": .integer("Pods of the newest template.", 0...100_000),
            "readyReplicas": .integer("Pods that are ready.", 0...100_000),
            "migratedVersion": .string("The release its database is migrated to."),
        ])
}
