/// How a service uses its database.
public struct DatabaseSpec: Described {
    public var poolSize = 8
    public var statementTimeoutSeconds = 10
    public var connectionLimit: Int?

    public init() {}

    public static let schema = Schema.object(
        Self.self, "How the service uses its database.",
        [
            "poolSize": .integer("Connections each replica keeps at most.", 1...200),
            "statementTimeoutSeconds": .integer("How long a statement may run.", 1...600),
            "connectionLimit": .integer(
                "Connections the service's role may have in all. When absent, enough for the most replicas, "
                    + "one more during an update, and the migration.", 1...10_000),
        ])
}
