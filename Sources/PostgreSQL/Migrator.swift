public import Logging

/// Brings a schema up to date, under an advisory lock, so that several processes may run it at once.
public struct Migrator: Sendable {
    public init(_ migrations: [Migration], logger: Logger = Logger(label: "migrate")) {}

    /// Applies what has not been applied, each in its own transaction; returns the versions applied now. Throws
    /// `.migration` if a step applied earlier has other text here, before anything is changed.
    @discardableResult
    public func migrate(_ pool: PostgresPool) async throws -> [Int] { fatalError("soon") }

    /// Whether every step has been applied.
    public func isCurrent(_ executor: some PostgresExecutor) async throws -> Bool { fatalError("soon") }
}
