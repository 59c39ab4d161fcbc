import Contracts
import Logging
import Messaging
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

/// Runs another service once this one is prepared.
struct AfterPreparation: Service {
    let readiness: Readiness
    let service: any Service

    func run() async throws {
        await readiness.waitUntilPrepared()
        guard readiness.isPrepared else { return }
        try await service.run()
    }
}

/// On shutdown takes the service out of rotation and waits until that has been noticed, before the listeners close.
struct DrainService: Service {
    let readiness: Readiness
    let delay: Duration

    func run() async throws {
        try? await gracefulShutdown()
        readiness.markDraining()
        try? await Task.sleep(for: delay)
    }
}

/// Does small chores at their intervals: taking over changed files, forgetting expired keys.
struct ChoreService: Service {
    let interval: Duration
    let chore: @Sendable () async -> Void

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                try? await Task.sleep(for: interval)
                if !Task.isCancelled { await chore() }
            }
        }
    }
}
