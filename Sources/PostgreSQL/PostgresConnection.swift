import Synchronization

/// One connection of a pool, good for as long as it is leased.
public final class PostgresConnection: PostgresExecutor {
    private let session: PostgresSession
    private let ended = Atomic(false)

    init(_ session: PostgresSession) { self.session = session }

    public func batch(_ statements: [SQL]) async throws -> [ResultSet] {
        try checkLease()
        return try await session.perform { wire throws(PostgresError) in try wire.run(statements) }
    }

    /// Runs a text of several statements separated by semicolons, without parameters, outside of the statement cache.
    /// Sent as one simple query: one transaction unless the text says otherwise.
    public func script(_ text: String) async throws {
        try checkLease()
        try await session.perform { wire throws(PostgresError) in try wire.script(text) }
    }

    func end() { ended.store(true, ordering: .sequentiallyConsistent) }

    private func checkLease() throws {
        if ended.load(ordering: .sequentiallyConsistent) {
            throw PostgresError(.misuse, "the connection's lease has ended")
        }
    }
}
