import Logging
import PostgreSQL
import ServiceLifecycle

/// Waits for the schema and does the service's preparations; then the service may become ready.
struct PreparationService<S: StorefrontService>: Service {
    let service: S
    let pool: PostgresPool
    let readiness: Readiness
    let logger: Logger

    func run() async throws {
        // Preparing must not outlive the wish to stop: there is nothing to finish.
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    if try await Migrator(S.allMigrations, logger: logger).isCurrent(pool) {
                        try await service.prepare()
                        readiness.markPrepared()
                        logger.info("ready to serve")
                        break
                    }
                    logger.info("waiting for the database migrations")
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("not prepared yet", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
        try? await gracefulShutdown()
    }
}
