public import Logging

/// Connections to one database, leased to one task at a time.
///
/// Usable as soon as it is made: connections are opened when wanted, replaced when broken, and a server that is away is
/// tried again with backoff until the lease's deadline. `close()` ends all connections.
public final class PostgresPool: PostgresExecutor {
    public let configuration: PostgresConfiguration

    public init(_ configuration: PostgresConfiguration, logger: Logger = Logger(label: "postgres")) {
        self.configuration = configuration
    }

    public func batch(_ statements: [SQL]) async throws -> [ResultSet] { fatalError("soon") }

    /// Leases a connection for the closure's duration. Throws `.poolExhausted` or `.connection` after the lease
    /// timeout.
    public func withConnection<Value: Sendable>(
        _ body: @Sendable (PostgresConnection) async throws -> Value
    ) async throws -> Value { fatalError("soon") }

    /// Runs the closure in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// The closure is run again, up to 10 times with jittered backoff, when the server reports a serialization failure
    /// or deadlock, or when the connection was lost before anything had been sent: it must have no effects besides the
    /// database's. A connection lost during COMMIT is thrown as `.connection`, since nobody knows the outcome.
    public func transaction<Value: Sendable>(
        isolation: IsolationLevel = .readCommitted,
        _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value { fatalError("soon") }

    public func close() async { fatalError("soon") }
}
