public import KubernetesClient
import Synchronization

/// The objects an ``Informer`` has seen, to be read from any task.
///
/// What is read is as new as the watch; a reconciler that writes sees its own writes only later.
public final class Store: Sendable {
    /// Gives the values under which an object can be found, such as the UIDs of its owners.
    public typealias Index = @Sendable (UntypedObject) -> [String]

    private let state: Mutex<StoreState>

    /// - Parameter indexes: ways to find objects, by name.
    public init(indexes: [String: Index] = [:]) { state = Mutex(StoreState(indexes: indexes)) }

    /// The object with a key, `nil` when there is none.
    public subscript(key: ObjectKey) -> UntypedObject? { state.withLock { $0[key] } }

    /// The object with a name, `nil` when there is none.
    public func get(_ name: String, namespace: String? = nil) -> UntypedObject? {
        self[ObjectKey(namespace: namespace, name: name)]
    }

    /// All objects, in no order.
    public var objects: [UntypedObject] { state.withLock { $0.objects } }

    /// The keys of all objects, in no order.
    public var keys: [ObjectKey] { state.withLock { $0.keys } }

    /// How many objects there are.
    public var count: Int { state.withLock { $0.count } }

    /// The objects for which an index gave a value.
    public func objects(index: String, value: String) -> [UntypedObject] {
        state.withLock { $0.objects(index: index, value: value) }
    }

    /// The objects that an owner's UID controls or owns; needs the index ``ownerIndex``.
    public func objects(ownedBy uid: String) -> [UntypedObject] { objects(index: Self.ownerIndex, value: uid) }

    /// Whether the first list of the informer's present run is in.
    public var isSynced: Bool { state.withLock { $0.isSynced } }

    /// The name of the index by owners' UIDs, which every informer has.
    public static let ownerIndex = "owner"

    func change<Result: Sendable>(_ body: (inout StoreState) -> Result) -> Result { state.withLock { body(&$0) } }
}
