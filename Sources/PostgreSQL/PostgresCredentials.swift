public import PodEnvironment

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How to reach one database as one role.
public struct PostgresCredentials: Sendable, CustomStringConvertible {
    /// A host name, an address, or the folder of a Unix socket.
    public var host: String
    public var port: Int
    public var database: String
    public var user: String
    public var password: String
    /// libpq's `sslmode`: disable, prefer, require, verify-ca, verify-full.
    public var sslMode: String

    public init(
        host: String, port: Int = 5432, database: String, user: String, password: String, sslMode: String = "prefer"
    ) {
        self.host = host
        self.port = port
        self.database = database
        self.user = user
        self.password = password
        self.sslMode = sslMode
    }

    /// Reads the files `host`, `port`, `dbname`, `user`, `password` and `sslmode` of a mounted Secret.
    public init(directory: String, environment: PodEnvironment = .current) throws {
        func file(_ name: String) -> String? {
            guard let text = try? String(contentsOfFile: environment.path("\(directory)/\(name)"), encoding: .utf8)
            else { return nil }
            return String(text.reversed().drop { $0.isNewline }.reversed())
        }
        guard let host = file("host"), let database = file("dbname"), let user = file("user"),
            let password = file("password")
        else {
            throw PostgresError(
                .connection, "host, dbname, user or password is missing in \(directory)", nothingSent: true)
        }
        self.init(
            host: host, port: file("port").flatMap(Int.init) ?? 5432, database: database, user: user,
            password: password, sslMode: file("sslmode") ?? "prefer")
    }

    public var description: String { "postgresql://\(user)@\(host):\(port)/\(database)" }
}
