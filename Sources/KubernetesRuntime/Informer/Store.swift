public import KubernetesClient
import Synchronization

/// The objects an ``Informer`` has seen, to be read from any task.
///
/// What is read is as new as the watch; a reconciler that writes sees its own writes only later.
public final class Store: Sendable {
    /// Gives the values under which an object can be found, such as the UIDs of its owners.
    public typealias Index = @Sendable (UntypedObject) -> [String]

    struct State {
        var objects: [ObjectKey: UntypedObject] = [:]
        var indexes: [String: [String: Set<ObjectKey>]] = [:]
        var isSynced = false
    }

    private let indexes: [String: Index]
    private let state = Mutex(State())

    public init(indexes: [String: Index] = [:]) { self.indexes = indexes }

    public subscript(key: ObjectKey) -> UntypedObject? { state.withLock { $0.objects[key] } }

    public func get(_ name: String, namespace: String? = nil) -> UntypedObject? {
        self[ObjectKey(namespace: namespace, name: name)]
    }

    /// All objects, in no order.
    public var objects: [UntypedObject] { state.withLock { Array($0.objects.values) } }

    public var keys: [ObjectKey] { state.withLock { Array($0.objects.keys) } }

    public var count: Int { state.withLock { $0.objects.count } }

    /// The objects for which an index gave a value.
    public func objects(index: String, value: String) -> [UntypedObject] {
        state.withLock { state in (state.indexes[index]?[value] ?? []).compactMap { state.objects[$0] } }
    }

    /// The objects that an owner's UID controls or owns; needs the index ``ownerIndex``.
    public func objects(ownedBy uid: String) -> [UntypedObject] { objects(index: Self.ownerIndex, value: uid) }

    /// Whether the first list is in.
    public var isSynced: Bool { state.withLock { $0.isSynced } }

    /// The name of the index by owners' UIDs, which every informer has.
    public static let ownerIndex = "owner"

    /// Puts an object in and returns the one it replaces.
    @discardableResult
    func put(_ object: UntypedObject) -> UntypedObject? {
        let key = object.key
        return state.withLock { state in
            let old = state.objects.updateValue(object, forKey: key)
            for (name, index) in indexes {
                for value in old.map(index) ?? [] { state.remove(key, from: name, value) }
                for value in index(object) { state.indexes[name, default: [:]][value, default: []].insert(key) }
            }
            return old
        }
    }

    @discardableResult
    func remove(_ key: ObjectKey) -> UntypedObject? {
        state.withLock { state in
            guard let old = state.objects.removeValue(forKey: key) else { return nil }
            for (name, index) in indexes {
                for value in index(old) { state.remove(key, from: name, value) }
            }
            return old
        }
    }

    func markSynced() { state.withLock { $0.isSynced = true } }
}

extension Store.State {
    fileprivate mutating func remove(_ key: ObjectKey, from index: String, _ value: String) {
        indexes[index]?[value]?.remove(key)
        if indexes[index]?[value]?.isEmpty == true { indexes[index]?[value] = nil }
    }
}
