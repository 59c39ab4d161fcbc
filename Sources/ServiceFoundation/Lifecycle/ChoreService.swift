import ServiceLifecycle

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
