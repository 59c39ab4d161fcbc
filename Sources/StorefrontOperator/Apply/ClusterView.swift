import KubernetesClient
import KubernetesRuntime
import Metrics
import Synchronization

/// What is known of the cluster: the informers' caches, and what was read or written since they last heard.
///
/// Secrets and ConfigMaps are watched as metadata only; their contents are read when their version has changed.
final class ClusterView: Sendable {
    /// Finds objects by the Storefront they were made for.
    static let shopIndex = "shop"

    let client: KubernetesClient
    private let informers: [ResourceKind: Informer]
    /// Our own writes that an informer may not have seen yet, and contents of what is cached as metadata only.
    private let known = Mutex<[ResourceKind: [ObjectKey: UntypedObject]]>([:])
    /// Writes to the API since the start; none at steady state.
    private let count = Atomic(0)
    private let total = Counter(label: "storefront_operator_api_writes_total")

    var writes: Int { count.load(ordering: .relaxed) }

    init(client: KubernetesClient, informers: [ResourceKind: Informer]) {
        self.client = client
        self.informers = informers
        for informer in informers.values {
            informer.onEvent { [weak self] event in self?.heard(event, of: informer.kind) }
        }
    }

    /// The object as far as known without asking the server; of Secrets and ConfigMaps the metadata.
    func object(_ kind: ResourceKind, _ key: ObjectKey) -> UntypedObject? {
        let cached = informers[kind]?.store[key]
        guard let known = known.withLock({ $0[kind]?[key] }) else { return cached }
        guard let cached else { return known }
        return Self.isOlder(cached, than: known) ? known : cached
    }

    /// All objects of a kind that were made for a Storefront.
    func objects(_ kind: ResourceKind, of shop: ObjectKey) -> [UntypedObject] {
        let value = shop.description
        var keys = Set(informers[kind]?.store.objects(index: Self.shopIndex, value: value).map(\.key) ?? [])
        keys.formUnion(known.withLock { ($0[kind] ?? [:]).filter { Self.shop(of: $0.value) == [value] }.keys })
        return keys.sorted().compactMap { object(kind, $0) }.filter { Self.shop(of: $0) == [value] }
    }

    /// The Storefront that an object's label names, as `NAMESPACE/NAME`.
    @Sendable
    static func shop(of object: UntypedObject) -> [String] {
        object.labels[Labels.instance].map { [ObjectKey(namespace: object.namespace, name: $0).description] } ?? []
    }

    /// The whole object, asked of the server only when it has changed since it was last read.
    func content(_ kind: ResourceKind, _ key: ObjectKey) async throws -> UntypedObject? {
        let cached = informers[kind]?.store[key]
        if let known = known.withLock({ $0[kind]?[key] }), let cached, cached.resourceVersion == known.resourceVersion {
            return known
        }
        let fresh = try await client.find(kind, key.name, namespace: key.namespace)
        known.withLock { $0[kind, default: [:]][key] = fresh.map(Self.stripped) }
        // A Secret that nobody named when it was told of is not in the cache.
        if let fresh { informers[kind]?.learn(fresh) }
        return fresh
    }

    /// Counts a request that may change something, whether or not it does.
    func willWrite() {
        count.add(1, ordering: .relaxed)
        total.increment()
    }

    /// Remembers what the server answered to a write.
    func wrote(_ kind: ResourceKind, _ object: UntypedObject) {
        known.withLock { $0[kind, default: [:]][object.key] = Self.stripped(object) }
    }

    func deleted(_ kind: ResourceKind, _ key: ObjectKey) {
        known.withLock { $0[kind]?[key] = nil }
    }

    /// Drops what an informer now knows better.
    private func heard(_ event: InformerEvent, of kind: ResourceKind) {
        let object = event.object
        known.withLock { known in
            guard let present = known[kind]?[object.key] else { return }
            if case .deleted = event {
                if present.uid == object.uid { known[kind]?[object.key] = nil }
            } else if !Self.keepsContent(kind), !Self.isOlder(object, than: present) {
                known[kind]?[object.key] = nil
            }
        }
    }

    static func keepsContent(_ kind: ResourceKind) -> Bool { kind == .secret || kind == .configMap }

    /// Versions of one resource are numbers that grow (KEP-5504).
    private static func isOlder(_ left: UntypedObject, than right: UntypedObject) -> Bool {
        guard let leftVersion = left.resourceVersion.flatMap(UInt64.init),
            let rightVersion = right.resourceVersion.flatMap(UInt64.init)
        else { return left.resourceVersion != right.resourceVersion }
        return leftVersion < rightVersion
    }

    private static func stripped(_ object: UntypedObject) -> UntypedObject {
        var object = object
        object["metadata", "managedFields"] = nil
        return object
    }
}
