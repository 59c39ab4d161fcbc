internal import KubernetesClient
internal import Synchronization

/// All objects, in memory and on disk. Every change is on disk before anybody can see it; all changes share one
/// ever-growing revision.
///
/// One lock orders the writers (a commit of a few tens of microseconds), another guards what readers see and is only
/// held for lookups.
final class ObjectStore: Sendable {
    struct Memory {
        var revision: Int64
        var collections: [String: ResourceObjects]
        var nextWatcher = 0
        var isClosed = false

        func objects(_ resource: String) -> SortedObjects { collections[resource]?.objects ?? SortedObjects() }

        mutating func change(_ resource: String, _ body: (inout ResourceObjects) throws -> Void) rethrows {
            let floor = revision
            try body(&collections[resource, default: ResourceObjects(floor: floor)])
        }
    }

    private let disk: Mutex<ObjectDatabase>
    let memory: Mutex<Memory>

    /// Opens or makes the database in a folder.
    init(path: String) throws {
        let database = try ObjectDatabase(path: path)
        let loaded = try database.load()
        // What happened before this start is forgotten: a watch from an older revision must list again.
        let collections = loaded.objects.mapValues { ResourceObjects(objects: $0, floor: loaded.revision) }
        self.disk = Mutex(database)
        self.memory = Mutex(Memory(revision: loaded.revision, collections: collections))
    }

    var revision: Int64 { memory.withLock { $0.revision } }

    func object(_ resource: String, _ namespace: String, _ name: String) -> StoredObject? {
        memory.withLock { $0.collections[resource]?.objects.object(namespace, name) }
    }

    /// How many objects and watches there are of each resource.
    var counts: [(resource: String, objects: Int, watches: Int)] {
        memory.withLock { memory in
            memory.collections.map { ($0.key, $0.value.objects.count, $0.value.watchers.count) }
        }.sorted { $0.0 < $1.0 }
    }

    /// The newest revision of any change of a resource.
    func revision(of resource: String) -> Int64 { memory.withLock { $0.collections[resource]?.revision ?? 0 } }

    /// The objects of a resource as of now, and the store's revision at this moment.
    func list(_ resource: String, namespace: String? = nil) -> (objects: ObjectSlice, revision: Int64) {
        memory.withLock { ($0.objects(resource).slice(namespace), $0.revision) }
    }

    /// The objects of a resource as of an earlier revision, `nil` when it has been forgotten.
    func list(_ resource: String, namespace: String?, at revision: Int64) -> ObjectSlice? {
        let collection = memory.withLock { $0.collections[resource] }
        return (collection.map { $0.snapshot(at: revision) } ?? SortedObjects())?.slice(namespace)
    }

    /// Forgets the past of a resource that begins to be served, so that no watch can go back beyond that.
    func begin(_ resource: String) {
        memory.withLock { $0.change(resource) { _ in } }
    }

    /// Makes one change.
    ///
    /// - Returns: the object as stored, or the deleted one as its watchers see it.
    /// - Throws: ``StoreConflict`` when the object is not what the change was made from; database errors.
    func commit(_ change: StoreChange) throws -> StoredObject {
        try disk.withLock { database in
            let (current, last) = memory.withLock {
                ($0.collections[change.resource]?.objects.object(change.namespace, change.name), $0.revision)
            }
            guard current?.revision == change.basis else { throw StoreConflict() }
            let revision = last + 1
            let stored = StoredObject(change.object, revision: revision)
            if change.isDeletion {
                try database.delete(change.resource, stored)
            } else {
                try database.put(change.resource, stored)
            }
            let event = StoreEvent(object: stored, previous: current, isDeletion: change.isDeletion)
            memory.withLock {
                $0.change(change.resource) { $0.apply(event) }
                $0.revision = revision
            }
            return stored
        }
    }
}

/// One write.
struct StoreChange: Sendable {
    let resource: String
    let namespace: String
    let name: String
    /// The revision the change was made from, `nil` for a creation.
    let basis: Int64?
    /// What the object becomes, or what it was last.
    var object: JSONValue
    var isDeletion = false
}

/// The object changed in the meantime.
struct StoreConflict: Error {}

/// A watch asked for more of the past than is known.
struct RevisionForgotten: Error {
    let asked: Int64
    let oldest: Int64
}
