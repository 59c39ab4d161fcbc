/// What runs statements: a pool (each call on any connection), a connection, or a transaction.
public protocol PostgresExecutor: Sendable {
    /// Sends all statements at once and returns their results in order: one round trip. Outside of a transaction they
    /// form one: either all take effect or none.
    func batch(_ statements: [SQL]) async throws -> [ResultSet]
}

extension PostgresExecutor {
    /// The rows of one statement.
    public func query(_ sql: SQL) async throws -> [Row] {
        try await batch([sql])[0].rows
    }

    /// The first row, `nil` when there is none.
    public func queryFirst(_ sql: SQL) async throws -> Row? {
        try await batch([sql])[0].first
    }

    /// The one row a statement must give; `PostgresError.Code.noRow` when it gives none.
    public func queryOne(_ sql: SQL) async throws -> Row {
        guard let row = try await batch([sql])[0].first else { throw PostgresError(.noRow, "no row") }
        return row
    }

    /// Runs a statement for its effect; returns how many rows it touched.
    @discardableResult
    public func execute(_ sql: SQL) async throws -> Int {
        try await batch([sql])[0].affected
    }
}
