public import PodEnvironment

/// How a pool connects and how many connections it keeps.
public struct PostgresConfiguration: Sendable {
    /// Asked anew for every connection, so that a rotated password is used as soon as it is mounted.
    public var credentials: @Sendable () throws -> PostgresCredentials
    /// Shown in `pg_stat_activity`.
    public var applicationName: String
    public var environment: PodEnvironment
    /// Connections kept open even when idle.
    public var minimumConnections = 1
    public var maximumConnections = 8
    /// How long a caller waits for a connection, reconnecting with backoff meanwhile.
    public var leaseTimeout: Duration = .seconds(5)
    public var connectTimeout: Duration = .seconds(5)
    /// How long the server may work on one statement.
    public var statementTimeout: Duration = .seconds(10)
    /// Connections beyond the minimum are closed after this long without use.
    public var idleTimeout: Duration = .seconds(60)
    /// Connections are replaced after this long, so that load spreads again after a failover.
    public var maximumLifetime: Duration = .seconds(1800)

    public init(
        applicationName: String, environment: PodEnvironment = .current,
        credentials: @escaping @Sendable () throws -> PostgresCredentials
    ) {
        self.credentials = credentials
        self.applicationName = applicationName
        self.environment = environment
    }

    public init(_ credentials: PostgresCredentials, applicationName: String = "storefront") {
        self.init(applicationName: applicationName) { credentials }
    }

    /// Reads the credentials from a mounted Secret's folder at each connect.
    public init(directory: String, applicationName: String, environment: PodEnvironment = .current) {
        self.init(applicationName: applicationName, environment: environment) {
            try PostgresCredentials(directory: directory, environment: environment)
        }
    }
}
