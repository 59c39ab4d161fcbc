public import AsyncHTTPClient
import Foundation
public import PostgreSQL
public import TestServers

/// The servers of shops in tests: one after the other, since a process that is being started holds on to what the
/// others have open.
public enum ShopServers {
    private static let both = Once {
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
    public static func postgres() async throws -> PostgresServer { try await both.value().0 }

    public static func rabbitMQ() async throws -> RabbitMQServer { try await both.value().1 }

    public static func redis() async throws -> RedisServer {
        _ = try await both.value()
        return try await TestServers.redis()
    }

    /// Does not try again, unlike the shared one, as the operator's does not.
    public static let http: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// Runs something on a connection of its own.
    public static func query<Value: Sendable>(
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

    /// The databases whose names begin so.
    public static func databases(of namespace: String) async throws -> [String] {
        try await query(try await postgres().superuserCredentials) { connection in
            try await connection.query("SELECT datname FROM pg_database WHERE starts_with(datname, \(namespace + "_"))")
                .map { row -> String in try row["datname"] }
        }
    }
}
