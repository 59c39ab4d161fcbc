public import PostgreSQL

/// Servers shared by all tests of a process, each started when first asked for and ended with the process.
public enum TestServers {
    private static let postgresServer = Once { try await PostgresServer.start() }
    private static let redisServer = Once { try await RedisServer.start() }
    private static let rabbitMQServer = Once { try await RabbitMQServer.start() }

    public static func postgres() async throws -> PostgresServer { try await postgresServer.value() }
    public static func redis() async throws -> RedisServer { try await redisServer.value() }
    public static func rabbitMQ() async throws -> RabbitMQServer { try await rabbitMQServer.value() }

    /// A fresh database.
    public static func database() async throws -> PostgresCredentials { try await postgres().database() }

    /// A fresh database's pool, given to the closure and closed afterwards, after the migrations have been applied.
    public static func withPool<Value>(
        migrations: [Migration] = [], maximumConnections: Int = 8, isolation: isolated (any Actor)? = #isolation,
        _ body: (PostgresPool) async throws -> Value
    ) async throws -> Value {
        var configuration = PostgresConfiguration(try await database())
        configuration.maximumConnections = maximumConnections
        let pool = PostgresPool(configuration)
        do {
            if !migrations.isEmpty { try await Migrator(migrations).migrate(pool) }
            let value = try await body(pool)
            await pool.close()
            return value
        } catch {
            await pool.close()
            throw error
        }
    }
}
