import Logging
import ServiceLifecycle

/// Gives back the stock of reservations whose time is up.
struct ReservationExpiry: Service {
    let reservations: Reservations
    let logger: Logger
    var interval: Duration = .seconds(1)

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do {
                    while try await reservations.expireNext(), !Task.isCancelled {}
                } catch is CancellationError {
                    return
                } catch {
                    logger.warning("expiring reservations failed", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: interval)
            }
        }
    }
}
