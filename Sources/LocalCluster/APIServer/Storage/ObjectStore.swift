internal import KubernetesClient
internal import Synchronization

/// All objects, in memory and on disk. Every change is on disk before anybody can see it; all changes share one
/// ever-growing revision.
///
/// One lock orders the writers (a commit of a few tens of microseconds), another guards what readers see and is only
/// held for lookups.
final class ObjectStore: Sendable {
    private struct Memory {
        var revision: Int64
        var collections: [String: ResourceObjects]
        var nextWatcher = 0
        var isClosed = false
    }

    private let disk: Mutex<ObjectDatabase>
    private let memory: Mutex<Memory>

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
        memory.withLock { $0.collections[resource]?.object(namespace, name) }
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
    func list(_ resource: String, namespace: String? = nil) -> (objects: ArraySlice<StoredObject>, revision: Int64) {
        memory.withLock { ($0.collections[resource]?.slice(namespace) ?? [], $0.revision) }
    }

    /// The objects of a resource as of an earlier revision, `nil` when it has been forgotten.
    func list(_ resource: String, namespace: String?, at revision: Int64) -> ArraySlice<StoredObject>? {
        let collection = memory.withLock { $0.collections[resource] }
        guard let collection else { return [] }
        return collection.snapshot(at: revision)?.slice(namespace)
    }

    /// Forgets the past of a resource that begins to be served, so that no watch can go back beyond that.
    func begin(_ resource: String) {
        memory.withLock {
            if $0.collections[resource] == nil { $0.collections[resource] = ResourceObjects(floor: $0.revision) }
        }
    }

    /// Makes one change.
    ///
    /// - Returns: the object as stored, or the deleted one as its watchers see it.
    /// - Throws: ``StoreConflict`` when the object is not what the change was made from; database errors.
    func commit(_ change: StoreChange) throws -> StoredObject {
        try disk.withLock { database in
            let (current, last) = memory.withLock {
                ($0.collections[change.resource]?.object(change.namespace, change.name), $0.revision)
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
                $0.revision = revision
                $0.collections[change.resource, default: ResourceObjects(floor: last)].apply(event)
            }
            return stored
        }
    }
}

extension ObjectStore {
    /// A watch from now on or from an earlier revision.
    struct Watch: Sendable {
        let id: Int
        let resource: String
        /// What has happened since the revision asked for.
        let past: [StoreEvent]
        /// What exists now, when the watch was asked to begin with that.
        let existing: ArraySlice<StoredObject>
        /// The revision of `existing`, after `past`.
        let revision: Int64
        let signals: AsyncStream<WatchSignal>
        let continuation: AsyncStream<WatchSignal>.Continuation
    }

    enum WatchStart: Sendable {
        /// With what exists now, then what changes.
        case existing
        case now
        /// With what changed since then.
        case after(Int64)
    }

    /// - Throws: ``RevisionForgotten`` when the past since that revision is not known any more.
    func watch(_ resource: String, namespace: String?, from start: WatchStart) throws -> Watch {
        try memory.withLock { memory throws in
            let (signals, continuation) = AsyncStream.makeStream(
                of: WatchSignal.self, bufferingPolicy: .bufferingOldest(8192))
            var collection = memory.collections[resource] ?? ResourceObjects(floor: memory.revision)
            var past: [StoreEvent] = []
            if case .after(let revision) = start {
                guard revision >= collection.floor else {
                    throw RevisionForgotten(asked: revision, oldest: collection.floor + 1)
                }
                past = collection.history.filter { $0.revision > revision }
            }
            let id = memory.nextWatcher
            memory.nextWatcher += 1
            if memory.isClosed { continuation.finish() } else { collection.watchers[id] = continuation }
            let existing: ArraySlice<StoredObject> =
                if case .existing = start { collection.slice(namespace) } else { [] }
            memory.collections[resource] = collection
            return Watch(
                id: id, resource: resource, past: past, existing: existing, revision: memory.revision, signals: signals,
                continuation: continuation)
        }
    }

    func end(_ watch: Watch) {
        watch.continuation.finish()
        memory.withLock { $0.collections[watch.resource]?.watchers[watch.id] = nil }
    }

    /// Tells every watcher how far it has got, so that an idle one need not list again later.
    func tellProgress() {
        memory.withLock { memory in
            for collection in memory.collections.values {
                for watcher in collection.watchers.values { watcher.send(.progress(memory.revision)) }
            }
        }
    }

    /// Tells one watcher how far it has got.
    func tellProgress(_ watch: Watch) {
        memory.withLock { _ = $0.collections[watch.resource]?.watchers[watch.id]?.send(.progress($0.revision)) }
    }

    /// Ends all watches of a resource that is served no longer.
    func endWatches(_ resource: String) {
        memory.withLock { $0.collections[resource]?.watchers.values.forEach { $0.finish() } }
    }

    /// Ends all watches, now and later: the server is stopping.
    func close() {
        memory.withLock { memory in
            memory.isClosed = true
            for collection in memory.collections.values { collection.watchers.values.forEach { $0.finish() } }
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
