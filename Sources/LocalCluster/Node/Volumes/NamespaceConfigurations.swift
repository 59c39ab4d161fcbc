import KubernetesClient
import KubernetesRuntime
import Synchronization

/// The ConfigMaps and Secrets of the namespaces that have pods on this node, kept current by watches.
actor NamespaceConfigurations {
    private struct Watches {
        var configMaps: Informer
        var secrets: Informer
        var users = 0
        let stop = AsyncStream.makeStream(of: Void.self)
    }

    private let client: KubernetesClient
    private let changed: @Sendable (String) -> Void
    private var watches: [String: Watches] = [:]
    private let starts = AsyncStream.makeStream(of: String.self)
    /// For readers that cannot wait.
    private let stores = Mutex<[String: (configMaps: Store, secrets: Store)]>([:])

    /// - Parameter changed: told the namespace when something in it changed.
    init(client: KubernetesClient, changed: @escaping @Sendable (String) -> Void) {
        self.client = client
        self.changed = changed
    }

    /// Runs the watches until cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await namespace in starts.stream {
                guard let watch = watches[namespace] else { continue }
                group.addTask {
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask { try? await watch.configMaps.run() }
                        group.addTask { try? await watch.secrets.run() }
                        group.addTask { for await _ in watch.stop.stream {} }
                        await group.next()
                        group.cancelAll()
                    }
                }
            }
        }
    }

    /// Begins to watch a namespace and waits until its objects are known.
    func use(_ namespace: String) async {
        if watches[namespace] == nil {
            let watch = Watches(
                configMaps: Informer(client, .configMap, namespace: namespace),
                secrets: Informer(client, .secret, namespace: namespace))
            watches[namespace] = watch
            stores.withLock { $0[namespace] = (watch.configMaps.store, watch.secrets.store) }
            for informer in [watch.configMaps, watch.secrets] {
                informer.onEvent { [changed] _ in changed(namespace) }
            }
            starts.continuation.yield(namespace)
        }
        watches[namespace]?.users += 1
        guard let watch = watches[namespace] else { return }
        try? await watch.configMaps.waitUntilSynced()
        try? await watch.secrets.waitUntilSynced()
    }

    /// Ends the watches with the last pod of a namespace.
    func release(_ namespace: String) {
        guard var watch = watches[namespace] else { return }
        watch.users -= 1
        watches[namespace] = watch
        guard watch.users <= 0 else { return }
        watch.stop.continuation.finish()
        watches[namespace] = nil
        stores.withLock { $0[namespace] = nil }
    }

    nonisolated func object(_ kind: ResourceKind, _ namespace: String, _ name: String) -> UntypedObject? {
        let stores = stores.withLock { $0[namespace] }
        return (kind == .secret ? stores?.secrets : stores?.configMaps)?.get(name, namespace: namespace)
    }
}
