public import ServiceLifecycle

/// Controllers and the informers they share, run together: informers first, and longer than the controllers.
public struct ControllerSet: Service {
    /// What is run; their informers are run with them, each once.
    public var controllers: [Controller]
    /// Informers that no controller names, such as those that reconcilers only read.
    public var informers: [Informer]

    /// - Parameters:
    ///   - controllers: what to run.
    ///   - informers: what no controller names.
    public init(_ controllers: [Controller], informers: [Informer] = []) {
        self.controllers = controllers
        self.informers = informers
    }

    /// Runs until cancelled or told to shut down gracefully.
    ///
    /// - Throws: what a controller threw; cancelling is no error.
    public func run() async throws {
        var seen: Set<ObjectIdentifier> = []
        let informers = (controllers.flatMap(\.informers) + informers).filter {
            seen.insert(ObjectIdentifier($0)).inserted
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            // Before anybody asks: what is known from a run before this one does not count.
            for informer in informers { informer.unsync() }
            for informer in informers { group.addTask { await informer.loop() } }
            defer { group.cancelAll() }
            do {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for controller in controllers { group.addTask { try await controller.run() } }
                    if controllers.isEmpty { group.addTask { try await gracefulShutdown() } }
                    try await group.waitForAll()
                }
            } catch is CancellationError {}
        }
    }
}
