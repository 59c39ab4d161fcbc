import KubernetesClient
import KubernetesRuntime
import Logging
import Synchronization

/// Deletes what nobody owns any more and carries out foreground and orphaning deletions, for every kind there is.
///
/// It watches the metadata of all kinds; kinds that appear or go are noticed within seconds.
final class GarbageCollector: Sendable {
    private let client: KubernetesClient
    private let events: EventRecorder
    private let logger: Logger
    private let state = Mutex(State())
    private let wake = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    private struct State {
        var graph = OwnershipGraph()
        var pending: Set<String> = []
        var absent: Set<String> = []
        /// Objects with an owner of a kind that is not served; a new kind may be theirs.
        var unresolved: Set<String> = []
    }

    private static let fields: Set = [
        "name", "namespace", "uid", "resourceVersion", "deletionTimestamp", "finalizers", "ownerReferences",
    ]
    private static let discoveryInterval = Duration.seconds(3)
    private static let retryPause = Duration.milliseconds(300)

    init(client: KubernetesClient, events: EventRecorder, logger: Logger) {
        self.client = client
        self.events = events
        self.logger = logger
    }

    /// Runs until cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watchKinds() }
            group.addTask { await self.work() }
            await group.waitForAll()
        }
    }

    // MARK: watching

    private func watchKinds() async {
        await withDiscardingTaskGroup { group in
            var watched: [ResourceKind: Watch] = [:]
            while !Task.isCancelled {
                do {
                    let kinds = Set(try await client.collectableKinds())
                    for kind in kinds where watched[kind] == nil {
                        let watch = Watch()
                        watched[kind] = watch
                        group.addTask { await self.watch(kind, until: watch) }
                        resolveAgain()
                    }
                    for (kind, watch) in watched where !kinds.contains(kind) {
                        watch.stop.continuation.finish()
                        watched[kind] = nil
                    }
                } catch {
                    logger.warning("kinds cannot be discovered", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: Self.discoveryInterval)
            }
        }
    }

    private func resolveAgain() {
        state.withLock { state in
            state.pending.formUnion(state.unresolved)
            state.unresolved = []
        }
        wake.continuation.yield()
    }

    /// Ends the watch of a kind that is no longer served.
    private struct Watch {
        let stop = AsyncStream.makeStream(of: Void.self)
    }

    private func watch(_ kind: ResourceKind, until watch: Watch) async {
        let informer = Informer(client, kind, metadataOnly: true) { object in
            // Every object of the cluster is held here, so nothing of it but what is decided by.
            let metadata = object.json["metadata"]?.objectValue ?? [:]
            object.json = ["metadata": .object(metadata.filter { Self.fields.contains($0.key) })]
        }
        informer.onEvent { [weak self] event in self?.observed(event, kind) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { try? await informer.run() }
            group.addTask { for await _ in watch.stop.stream {} }
            await group.next()
            group.cancelAll()
        }
        for object in informer.store.objects { observed(.deleted(object), kind) }
    }

    private func observed(_ event: InformerEvent, _ kind: ResourceKind) {
        state.withLock { state in
            switch event {
            case .added(let object), .updated(_, let object):
                state.absent.remove(object.uid)
                state.pending.formUnion(state.graph.put(.init(kind: kind, object: object)))
            case .deleted(let object):
                state.absent.insert(object.uid)
                state.pending.formUnion(state.graph.remove(object.uid))
            }
            // Only what is still referred to needs to be remembered.
            if state.absent.count > 4096 { state.absent = [] }
        }
        wake.continuation.yield()
    }

    // MARK: deciding

    private func work() async {
        for await _ in wake.stream {
            let pending = state.withLock { state in
                defer { state.pending = [] }
                return state.pending
            }
            var failed: Set<String> = []
            for uid in pending.sorted() {
                if Task.isCancelled { return }
                do {
                    try await collect(uid)
                } catch {
                    if !error.isConflict {
                        logger.warning("garbage collection will be tried again", metadata: ["error": "\(error)"])
                    }
                    failed.insert(uid)
                }
            }
            guard !failed.isEmpty else { continue }
            try? await Task.sleep(for: Self.retryPause)
            state.withLock { $0.pending.formUnion(failed) }
            wake.continuation.yield()
        }
    }

    private func collect(_ uid: String) async throws(KubernetesError) {
        let (node, decision) = state.withLock { ($0.graph.nodes[uid], $0.graph.decide(uid, absent: $0.absent)) }
        guard let node else { return }
        do throws(KubernetesError) {
            switch decision {
            case .none: return
            case .verify(let owners): try await verify(owners, of: node)
            case .delete(let propagation):
                let object = node.object
                try await client.delete(
                    node.kind, object.name, namespace: object.namespace,
                    options: DeleteOptions(
                        uid: uid, resourceVersion: object.resourceVersion, propagation: propagation))
            case .removeOwners(let owners): try await removeOwners(owners, from: node)
            case .removeFinalizer(let finalizer):
                try await client.removeFinalizer(finalizer, from: node.object, node.kind)
            case .orphan(let dependents):
                for dependent in dependents {
                    guard let dependent = state.withLock({ $0.graph.nodes[dependent] }) else { continue }
                    try await removeOwners([uid], from: dependent)
                }
                try await client.removeFinalizer(OwnershipGraph.orphan, from: node.object, node.kind)
            }
        } catch {
            if !error.isNotFound { throw error }
        }
    }

    private func removeOwners(_ owners: Set<String>, from node: OwnershipGraph.Node) async throws(KubernetesError) {
        let object = node.object
        let rest = object.ownerReferences.filter { !owners.contains($0.uid) }
        let metadata: JSONValue = [
            "uid": .string(object.uid), "resourceVersion": .string(object.resourceVersion ?? ""),
            "ownerReferences": rest.isEmpty ? .null : .array(rest.map(\.json)),
        ]
        try await client.patch(
            node.kind, object.name, namespace: object.namespace, .merge(["metadata": metadata]))
    }

    /// Asks the server for owners that no watch has shown.
    private func verify(_ owners: [OwnerReference], of node: OwnershipGraph.Node) async throws(KubernetesError) {
        for owner in owners {
            tellIfForeign(owner, of: node)
            // A kind that is not served (yet), or that cannot be named from here, says nothing about its objects.
            guard let kind = try await client.resourceKind(apiVersion: owner.apiVersion, kind: owner.kind) else {
                state.withLock { _ = $0.unresolved.insert(node.object.uid) }
                return
            }
            guard !kind.isNamespaced || node.object.namespace != nil else { return }
            let found = try await client.find(
                kind, owner.name, namespace: kind.isNamespaced ? node.object.namespace : nil, metadataOnly: true)
            // There, but not yet seen: its event will bring us back.
            if found?.uid == owner.uid { continue }
            state.withLock { state in
                state.absent.insert(OwnershipGraph.coordinates(owner, of: node))
                state.pending.insert(node.object.uid)
            }
        }
        wake.continuation.yield()
    }

    /// Owners are looked for in the dependent's namespace alone; who names another is told what will come of it.
    private func tellIfForeign(_ owner: OwnerReference, of node: OwnershipGraph.Node) {
        let known = state.withLock { $0.graph.nodes[owner.uid] }
        let namespace = node.object.namespace ?? ""
        guard let known, known.kind.isNamespaced, known.object.namespace != namespace else { return }
        var about = node.object
        about.apiVersion = node.kind.apiVersion
        about.kind = node.kind.kind
        events.record(
            about, .warning, reason: "OwnerRefInvalidNamespace",
            message: "ownerRef [\(owner.apiVersion)/\(owner.kind), namespace: \(namespace), name: \(owner.name), "
                + "uid: \(owner.uid)] does not exist in namespace \"\(namespace)\"")
    }
}
