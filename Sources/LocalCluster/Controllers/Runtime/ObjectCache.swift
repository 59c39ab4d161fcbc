import KubernetesClient
import KubernetesRuntime
import Synchronization

/// An informer's objects together with the controller's own writes that the watch has not shown yet.
///
/// A controller that counts what it has made must see what it has just made, or it would make it again. Kubernetes'
/// controllers wait for "expectations"; here the answers of writes are kept until the watch has caught up.
final class ObjectCache: Sendable {
    let informer: Informer
    private let state = Mutex(State())

    private struct State: Sendable {
        var written: [ObjectKey: Written] = [:]
        /// UIDs of objects that went lately: an answer that arrives after the news of the end is no news.
        var gone: Set<String> = []
        private var swept = ContinuousClock.now

        /// Forgets, now and then, what no watch will show.
        mutating func sweep(_ now: ContinuousClock.Instant) {
            guard now - swept > ObjectCache.patience else { return }
            swept = now
            written = written.filter { $0.value.isAwaited(now) }
        }
    }

    private struct Written: Sendable {
        var object: UntypedObject
        var time = ContinuousClock.now

        func isAwaited(_ now: ContinuousClock.Instant) -> Bool { now - time < ObjectCache.patience }
    }

    static let namespaceIndex = "namespace"
    /// A watch that has not shown a write for so long never will: the object is gone again.
    private static let patience = Duration.seconds(20)

    init(_ client: KubernetesClient, _ kind: ResourceKind, fieldSelector: String? = nil) {
        informer = Informer(
            client, kind, fieldSelector: fieldSelector,
            indexes: [Self.namespaceIndex: { $0.namespace.map { [$0] } ?? [] }])
        informer.onEvent { [weak self] event in self?.observed(event) }
    }

    /// Remembers the answer to a write.
    func note(_ object: UntypedObject) {
        state.withLock { state in
            guard !state.gone.contains(object.uid) else { return }
            let written = Written(object: object)
            state.sweep(written.time)
            state.written[object.key] = written
        }
    }

    subscript(key: ObjectKey) -> UntypedObject? {
        let cached = informer.store[key]
        guard let written = state.withLock({ $0.written[key] }), written.isAwaited(.now) else { return cached }
        return cached.map { $0.isOlder(than: written.object) ? written.object : $0 } ?? written.object
    }

    func objects(ownedBy owner: UntypedObject) -> [UntypedObject] {
        newest(informer.store.objects(ownedBy: owner.uid)) { $0.ownerReferences.contains { $0.uid == owner.uid } }
    }

    func objects(namespace: String?) -> [UntypedObject] {
        guard let namespace else { return newest(informer.store.objects) { _ in true } }
        return newest(informer.store.objects(index: Self.namespaceIndex, value: namespace)) {
            $0.namespace == namespace
        }
    }

    private func newest(
        _ cached: [UntypedObject], also isWanted: (UntypedObject) -> Bool
    ) -> [UntypedObject] {
        let now = ContinuousClock.now
        let written = state.withLock { state in
            state.written.values.filter { $0.isAwaited(now) && isWanted($0.object) }.map(\.object)
        }
        guard !written.isEmpty else { return cached }
        var rest = Dictionary(written.map { ($0.key, $0) }) { $1 }
        return cached.map { object in
            rest.removeValue(forKey: object.key).map { object.isOlder(than: $0) ? $0 : object } ?? object
        } + rest.values
    }

    private func observed(_ event: InformerEvent) {
        let object = event.object
        state.withLock { state in
            if case .deleted = event {
                if state.gone.count >= 1024 { state.gone = [] }
                state.gone.insert(object.uid)
                if state.written[object.key]?.object.uid == object.uid { state.written[object.key] = nil }
            } else if let own = state.written[object.key]?.object, !object.isOlder(than: own) {
                state.written[object.key] = nil
            }
        }
    }
}

extension UntypedObject {
    /// Whether this is an earlier version; resource versions are ordered numbers (KEP-5504).
    fileprivate func isOlder(than other: UntypedObject) -> Bool {
        (resourceVersion.flatMap { UInt64($0) } ?? 0) < (other.resourceVersion.flatMap { UInt64($0) } ?? 0)
    }
}
