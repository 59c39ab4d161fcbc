import ServiceLifecycle

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
