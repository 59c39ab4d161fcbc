/// Where the services' databases are.
public struct PostgresSpec: Described {
    public var server = PostgresServer()

    public init() {}

    public static let schema = Schema.object(
        Self.self, "Where the services' databases are.", required: ["server"], ["server": PostgresServer.schema])
}

/// A PostgreSQL server that somebody else runs.
public struct PostgresServer: Described {
    public enum SSLMode: String, Codable, Sendable, CaseIterable {
        case disable = "Disable", prefer = "Prefer", require = "Require", verifyCA = "VerifyCA", verifyFull =
            "VerifyFull"

        /// As libpq calls it.
        public var parameter: String {
            switch self {
            case .disable: "disable"
            case .prefer: "prefer"
            case .require: "require"
            case .verifyCA: "verify-ca"
            case .verifyFull: "verify-full"
            }
        }
    }

    public var host = ""
    public var port = 5432
    public var adminSecretName = ""
    public var sslMode: SSLMode = .prefer

    public init() {}

    public static let schema = Schema.object(
        Self.self, "A PostgreSQL server that somebody else runs.", required: ["host", "adminSecretName"],
        [
            "host": .host("PostgreSQL"),
            "port": .integer("Port of the server.", 1...65_535),
            "adminSecretName": .secretName(
                "Secret with the keys username and password of a role that may create roles and databases, "
                    + "and optionally dbname, the database to connect to (postgres when absent)."),
            "sslMode": .choice(SSLMode.self, "Whether connections are encrypted and the server's certificate checked."),
        ])
}

extension Schema {
    static func host(_ server: String) -> Schema {
        .string(
            "Host name or address of the \(server) server. A name without a dot is a Service of the Storefront's "
                + "own namespace.", pattern: #"^([A-Za-z0-9]([-A-Za-z0-9.]*[A-Za-z0-9])?|[0-9A-Fa-f:.]+)$"#,
            minimumLength: 1)
    }

    static func secretName(_ description: String) -> Schema {
        .string(description, pattern: #"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"#, minimumLength: 1)
    }
}
