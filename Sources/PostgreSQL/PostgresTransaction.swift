/// An open transaction. BEGIN is sent together with the first statement, so a transaction of one batch and its COMMIT
/// are two round trips.
public final class PostgresTransaction: PostgresExecutor {
    public func batch(_ statements: [SQL]) async throws -> [ResultSet] { fatalError("soon") }
}
