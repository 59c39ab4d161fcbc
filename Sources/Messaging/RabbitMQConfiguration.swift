public import PodEnvironment

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How to reach one virtual host of a broker as one user.
public struct RabbitMQCredentials: Sendable, CustomStringConvertible {
    public var host: String
    public var port: Int
    public var virtualHost: String
    public var username: String
    public var password: String
    public var tls: Bool

    public init(
        host: String, port: Int = 5672, virtualHost: String, username: String, password: String, tls: Bool = false
    ) {
        self.host = host
        self.port = port
        self.virtualHost = virtualHost
        self.username = username
        self.password = password
        self.tls = tls
    }

    /// Reads the files `host`, `port`, `vhost`, `username`, `password` and `tls` of a mounted Secret.
    public init(directory: String, environment: PodEnvironment = .current) throws {
        func file(_ name: String) -> String? {
            guard let text = try? String(contentsOfFile: environment.path("\(directory)/\(name)"), encoding: .utf8)
            else { return nil }
            return String(text.reversed().drop { $0.isNewline }.reversed())
        }
        guard let host = file("host"), let virtualHost = file("vhost"), let username = file("username"),
            let password = file("password")
        else {
            throw MessagingError(.connection, "host, vhost, username or password is missing in \(directory)")
        }
        self.init(
            host: host, port: file("port").flatMap(Int.init) ?? 5672, virtualHost: virtualHost, username: username,
            password: password, tls: file("tls") == "true")
    }

    public var description: String { "amqp\(tls ? "s" : "")://\(username)@\(host):\(port)/\(virtualHost)" }
}

/// How publishers and consumers connect.
public struct RabbitMQConfiguration: Sendable {
    /// Asked anew for every connection.
    public var credentials: @Sendable () throws -> RabbitMQCredentials
    /// Shown in the management interface.
    public var connectionName: String
    public var environment: PodEnvironment
    /// Seconds between heartbeats.
    public var heartbeat = 10
    public var connectTimeout: Duration = .seconds(5)

    public init(
        connectionName: String, environment: PodEnvironment = .current,
        credentials: @escaping @Sendable () throws -> RabbitMQCredentials
    ) {
        self.credentials = credentials
        self.connectionName = connectionName
        self.environment = environment
    }

    public init(_ credentials: RabbitMQCredentials, connectionName: String = "storefront") {
        self.init(connectionName: connectionName) { credentials }
    }
}
