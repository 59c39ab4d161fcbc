public import ArgumentParser
import PostgreSQL
import Redis

/// Brings the schema up to date and does the service's idempotent preparations.
public struct MigrateCommand<S: StorefrontService>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "migrate", abstract: "Bring the database schema up to date, then exit.")
    }

    public init() {}

    public func run() async throws {
        let bootstrap = try Bootstrap(S.name, serving: false)
        let service = try S(bootstrap.runtime)
        try await Migrator(S.allMigrations, logger: bootstrap.runtime.logger).migrate(bootstrap.runtime.pool)
        try await service.prepare()
        await bootstrap.redis?.close()
        await bootstrap.runtime.pool.close()
    }
}
