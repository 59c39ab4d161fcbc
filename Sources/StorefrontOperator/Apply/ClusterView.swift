import Contracts
import KubernetesClient
import KubernetesRuntime
import Metrics
import Synchronization

/// What is known of the cluster: the informers' caches, and what was read or written since they last heard.
final class ClusterView: Sendable {
    /// Finds objects by the Storefront they were made for.
    static let shopIndex = "shop"

    let client: KubernetesClient
    /// Of what the operator made, and of Storefronts; kept as ``PackedObject``.
    private let informers: [ResourceKind: Informer]
    /// The metadata of Secrets that users bring; their contents are read when their version has changed.
    private let brought: Informer?
    private let state = Mutex(State())
    /// Writes to the API since the start; none at steady state.
    private let count = Atomic(0)
    private let total = Counter(label: "storefront_operator_api_writes_total")

    private struct State {
        /// Our own writes that an informer may not have seen yet, and contents of Secrets that users bring.
        var known: [ResourceKind: [ObjectKey: UntypedObject]] = [:]
        /// Objects that were found to be as planned: a hash of their version and of the plan.
        var settled: [ResourceKind: [ObjectKey: Int]] = [:]
    }

    var writes: Int { count.load(ordering: .relaxed) }

    init(client: KubernetesClient, informers: [ResourceKind: Informer], brought: Informer? = nil) {
        self.client = client
        self.informers = informers
        self.brought = brought
        for informer in informers.values {
            informer.onEvent { [weak self] event in self?.heard(event, of: informer.kind) }
        }
        brought?.onEvent { [weak self] event in
            // Whatever else happens to it changes its version.
            if case .deleted(let secret) = event { self?.forget(.secret, secret) }
        }
    }

    // MARK: - Reading

    /// The object as far as known without asking the server; of Secrets that users bring the metadata.
    func object(_ kind: ResourceKind, _ key: ObjectKey) -> UntypedObject? { newest(kind, key).map(PackedObject.unpack) }

    /// The version of an object as far as known.
    func version(_ kind: ResourceKind, _ key: ObjectKey) -> String? { newest(kind, key)?.resourceVersion }

    /// How many objects of a kind are known.
    func count(_ kind: ResourceKind) -> Int { informers[kind]?.store.count ?? 0 }

    private func newest(_ kind: ResourceKind, _ key: ObjectKey) -> UntypedObject? {
        let cached = informers[kind]?.store[key] ?? (kind == .secret ? brought?.store[key] : nil)
        guard let known = state.withLock({ $0.known[kind]?[key] }) else { return cached }
        guard let cached else { return known }
        return Self.isOlder(cached, than: known) ? known : cached
    }

    /// All objects of a kind that were made for a Storefront, or for one of its services.
    func objects(_ kind: ResourceKind, of shop: ObjectKey, _ service: ServiceName? = nil) -> [UntypedObject] {
        let value = shop.description
        var keys = Set(informers[kind]?.store.objects(index: Self.shopIndex, value: value).map(\.key) ?? [])
        keys.formUnion(state.withLock { ($0.known[kind] ?? [:]).filter { Self.shop(of: $0.value) == [value] }.keys })
        return keys.sorted().compactMap { object(kind, $0) }.filter { object in
            Self.shop(of: object) == [value]
                && (service.map { object.labels[Labels.service] == $0.rawValue } ?? true)
        }
    }

    /// The Storefront that an object's label names, as `NAMESPACE/NAME`.
    @Sendable
    static func shop(of object: UntypedObject) -> [String] {
        PackedObject.shop(of: object).map { [ObjectKey(namespace: object.namespace, name: $0).description] } ?? []
    }

    /// The whole Secret, whoever made it, asked of the server only when it is not known or has changed.
    func secret(_ key: ObjectKey) async throws -> UntypedObject? {
        let known = state.withLock { $0.known[.secret]?[key] }
        if let own = informers[.secret]?.store[key], !(known.map { Self.isOlder(own, than: $0) } ?? false) {
            return PackedObject.unpack(own)
        }
        if let known {
            // Our own write is newer than what its informer has heard; of another's Secret the cache tells whether it
            // has changed.
            let isCurrent =
                known.labels[Labels.managedBy] == Labels.manager
                || brought?.store[key]?.resourceVersion == known.resourceVersion
            if isCurrent { return known }
        }
        let fresh = try await client.find(.secret, key.name, namespace: key.namespace)
        state.withLock { $0.known[.secret, default: [:]][key] = fresh.map(Self.stripped) }
        // One that nobody named when it was told of is not in the cache.
        if let fresh { brought?.learn(fresh) }
        return fresh
    }

    // MARK: - Writing

    /// Counts a request that may change something, whether or not it does.
    func willWrite() {
        count.add(1, ordering: .relaxed)
        total.increment()
    }

    /// Remembers what the server answered to a write.
    func wrote(_ kind: ResourceKind, _ object: UntypedObject) {
        state.withLock { $0.known[kind, default: [:]][object.key] = Self.stripped(object) }
        // The watch is often quicker than the answer, and tells no second time.
        if let cached = informers[kind]?.store[object.key], !Self.isOlder(cached, than: object) {
            state.withLock { $0.known[kind]?[object.key] = nil }
        }
    }

    func deleted(_ kind: ResourceKind, _ key: ObjectKey) {
        state.withLock { state in
            state.known[kind]?[key] = nil
            state.settled[kind]?[key] = nil
        }
    }

    /// Whether the object in its present version was found to be as planned.
    func isSettled(_ kind: ResourceKind, _ key: ObjectKey, plan: String) -> Bool {
        guard let version = version(kind, key) else { return false }
        return state.withLock { $0.settled[kind]?[key] } == Self.hash(version, plan)
    }

    func settle(_ kind: ResourceKind, _ object: UntypedObject, plan: String) {
        let hash = Self.hash(object.resourceVersion ?? "", plan)
        state.withLock { $0.settled[kind, default: [:]][object.key] = hash }
    }

    private static func hash(_ version: String, _ plan: String) -> Int {
        var hasher = Hasher()
        hasher.combine(version)
        hasher.combine(plan)
        return hasher.finalize()
    }

    /// Drops what an informer now knows better.
    private func heard(_ event: InformerEvent, of kind: ResourceKind) {
        let object = event.object
        if case .deleted = event { return forget(kind, object) }
        state.withLock { state in
            guard let present = state.known[kind]?[object.key] else { return }
            if !Self.isOlder(object, than: present) { state.known[kind]?[object.key] = nil }
        }
    }

    private func forget(_ kind: ResourceKind, _ object: UntypedObject) {
        state.withLock { state in
            if let present = state.known[kind]?[object.key], present.uid == PackedObject.unpack(object).uid {
                state.known[kind]?[object.key] = nil
            }
            state.settled[kind]?[object.key] = nil
        }
    }

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
