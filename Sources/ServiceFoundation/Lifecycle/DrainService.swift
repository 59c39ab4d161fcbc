import ServiceLifecycle

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
