import ServiceLifecycle

/// Runs a service until the body returns; what the service throws, but its cancellation, fails the test.
func running(_ service: any Service, _ body: () async throws -> Void) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask {
            do { try await service.run() } catch is CancellationError {}
        }
        try await body()
        group.cancelAll()
        try await group.waitForAll()
    }
}
