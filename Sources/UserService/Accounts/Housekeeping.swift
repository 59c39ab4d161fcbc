import Logging
import ServiceFoundation
import ServiceLifecycle

/// Follows the admin's Secret, and forgets sessions and failed logins that no longer matter.
struct Housekeeping: Service {
    let runtime: ServiceRuntime
    let bootstrap: AdminBootstrap
    let sessions = SessionStore()
    let locks = LoginLockStore()

    func run() async throws {
        var round = 0
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            do {
                try await bootstrap.run()
                if round.isMultiple(of: 60) {
                    try await sessions.removeExpired(in: runtime.pool)
                    try await locks.removeOld(in: runtime.pool)
                }
            } catch {
                runtime.logger.warning("housekeeping failed", metadata: ["error": "\(error)"])
            }
            round += 1
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: .seconds(15)) }
        }
    }
}
