/// One step of a schema's history. Applied once, in ascending order of version; its text must never change afterwards.
public struct Migration: Sendable, Hashable {
    /// Foundation's own tables use 1 to 99; a service's own steps begin at 100.
    public let version: Int
    public let name: String
    /// One or several statements separated by semicolons, without parameters; run in one transaction.
    public let sql: String

    public init(_ version: Int, _ name: String, _ sql: String) {
        self.version = version
        self.name = name
        self.sql = sql
    }
}
