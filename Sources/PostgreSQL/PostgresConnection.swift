/// One connection of a pool, good for as long as it is leased.
public final class PostgresConnection: PostgresExecutor {
    public func batch(_ statements: [SQL]) async throws -> [ResultSet] { fatalError("soon") }

    /// Runs a text of several statements separated by semicolons, without parameters, outside of the statement cache.
    public func script(_ text: String) async throws { fatalError("soon") }
}
