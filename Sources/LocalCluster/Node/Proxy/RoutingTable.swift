import KubernetesClient
import KubernetesRuntime
import Synchronization

/// The present ``ServiceRouting`` and ``IngressRouting``, kept current from the informers and read from event loops.
final class RoutingTable: Sendable {
    struct Snapshot: Sendable {
        var services = ServiceRouting()
        var ingresses = IngressRouting()
    }

    private let view: ServiceView
    private let ingresses: Informer
    private let state = Mutex(Snapshot())
    /// Addresses of pods that are being stopped, which the API will tell a moment later.
    private let leaving = Mutex<Set<String>>([])
    private let refreshing = Mutex<Void>(())
    private let changes = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    private let listeners = Mutex<[@Sendable (Snapshot) -> Void]>([])

    init(view: ServiceView, ingresses: Informer) {
        self.view = view
        self.ingresses = ingresses
    }

    var current: Snapshot { state.withLock { $0 } }

    /// Calls a function with every new snapshot.
    func onChange(_ listener: @escaping @Sendable (Snapshot) -> Void) {
        listeners.withLock { $0.append(listener) }
    }

    /// Sends no new connections to a pod that is about to be stopped. In force when this returns, so that its
    /// containers may be told to end.
    func drain(_ address: String) {
        leaving.withLock { _ = $0.insert(address) }
        refresh()
    }

    /// The address is free for another pod.
    func forget(_ address: String) {
        let wasThere = leaving.withLock { $0.remove(address) != nil }
        if wasThere { changes.continuation.yield() }
    }

    /// Follows the informers until cancelled.
    func run() async {
        view.onChange { [changes] in changes.continuation.yield() }
        ingresses.onEvent { [changes] _ in changes.continuation.yield() }
        for await _ in changes.stream { refresh() }
    }

    /// One at a time, so that an older view never replaces a newer one.
    private func refresh() { refreshing.withLock { _ in update() } }

    private func update() {
        let leaving = leaving.withLock { $0 }
        var services = ServiceRouting(
            services: view.services.store.objects, slices: view.slices, address: view.address)
        if !leaving.isEmpty { services.drain(leaving) }
        let fresh = Snapshot(services: services, ingresses: IngressRouting(ingresses.store.objects))
        let isNews = state.withLock { state in
            defer { state = fresh }
            return state.services != fresh.services || state.ingresses != fresh.ingresses
        }
        if isNews { for listener in listeners.withLock({ $0 }) { listener(fresh) } }
    }
}
