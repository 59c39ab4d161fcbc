import AsyncHTTPClient
import Foundation
import PostgreSQL
import TestServers

/// The servers of these tests, started one after the other: a process that is being started holds on to what the
/// others have open.
enum Servers {
    private static let both = Lazy {
        let postgres = try await TestServers.postgres()
        // Trusts its superuser only, so that passwords matter.
        try """
        host all postgres 127.0.0.1/32 trust
        host all all 127.0.0.1/32 scram-sha-256
        """.write(toFile: postgres.folder + "/data/pg_hba.conf", atomically: false, encoding: .utf8)
        try await query(postgres.superuserCredentials) { connection in
            _ = try await connection.query("SELECT pg_reload_conf()")
            try await connection.script(
                "CREATE ROLE keeper LOGIN CREATEDB CREATEROLE NOSUPERUSER PASSWORD 'keeper-secret'")
        }
        return (postgres, try await TestServers.rabbitMQ())
    }

    /// A PostgreSQL server with an administrator `keeper` who is no superuser.
    static func postgres() async throws -> PostgresServer { try await both.value().0 }

    static func rabbitMQ() async throws -> RabbitMQServer { try await both.value().1 }

    /// Does not try again, unlike the shared one, as the operator's does not.
    static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Runs something on a connection of its own.
    static func query<Value: Sendable>(
        _ credentials: PostgresCredentials, _ body: @Sendable (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        var configuration = PostgresConfiguration(credentials)
        configuration.minimumConnections = 0
        configuration.maximumConnections = 1
        configuration.leaseTimeout = .seconds(1)
        let pool = PostgresPool(configuration)
        do {
            let value = try await pool.withConnection(body)
            await pool.close()
            return value
        } catch {
            await pool.close()
            throw error
        }
    }
}

/// A value made once, when first asked for.
actor Lazy<Value: Sendable> {
    private let make: @Sendable () async throws -> Value
    private var task: Task<Value, any Error>?

    init(_ make: @escaping @Sendable () async throws -> Value) { self.make = make }

    func value() async throws -> Value {
        let task = task ?? Task { try await make() }
        self.task = task
        return try await task.value
    }
}
