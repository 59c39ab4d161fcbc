internal import Synchronization

extension ObjectStore {
    /// A watch of what happens from now on.
    struct Watch: Sendable {
        let id: Int
        let resource: String
        let queue = WatchQueue()
    }

    /// What a watch tells first. It holds on to objects as they were until it has been emptied.
    struct WatchBeginning: Sendable {
        /// What exists now, when the watch was asked to begin with that.
        var existing = SortedObjects()[...]
        /// What has happened since the revision asked for.
        var past: ArraySlice<StoreEvent> = []
        /// The revision of `existing`, after `past`.
        let revision: Int64
    }

    enum WatchStart: Sendable {
        /// With what exists now, then what changes.
        case existing
        /// With what changed since then.
        case after(Int64)
    }

    /// - Throws: ``RevisionForgotten`` when the past since that revision is not known any more.
    func watch(_ resource: String, namespace: String?, from start: WatchStart) throws -> (Watch, WatchBeginning) {
        try memory.withLock { memory throws in
            var beginning = WatchBeginning(revision: memory.revision)
            memory.nextWatcher += 1
            let watch = Watch(id: memory.nextWatcher, resource: resource)
            let isClosed = memory.isClosed
            try memory.change(resource) { collection in
                switch start {
                case .existing: beginning.existing = collection.objects.slice(namespace)
                case .after(let asked):
                    guard asked >= collection.floor else {
                        throw RevisionForgotten(asked: asked, oldest: collection.floor + 1)
                    }
                    beginning.past = Array(collection.history.drop { $0.revision <= asked })[...]
                }
                if !isClosed { collection.watchers[watch.id] = .init(namespace: namespace, queue: watch.queue) }
            }
            if isClosed { watch.queue.finish() }
            return (watch, beginning)
        }
    }

    func end(_ watch: Watch) {
        watch.queue.finish()
        memory.withLock { $0.collections[watch.resource]?.watchers[watch.id] = nil }
    }

    /// Tells every watcher how far it has got, so that an idle one need not list again later.
    func tellProgress() {
        memory.withLock { memory in
            for collection in memory.collections.values {
                for watcher in collection.watchers.values { watcher.queue.send(.progress(memory.revision)) }
            }
        }
    }

    /// Tells one watcher how far it has got.
    func tellProgress(_ watch: Watch) { memory.withLock { watch.queue.send(.progress($0.revision)) } }

    /// Ends all watches of a resource that is served no longer.
    func endWatches(_ resource: String) {
        memory.withLock { $0.collections[resource]?.watchers.values.forEach { $0.queue.finish() } }
    }

    /// Ends all watches, now and later: the server is stopping.
    func close() {
        memory.withLock { memory in
            memory.isClosed = true
            for collection in memory.collections.values { collection.watchers.values.forEach { $0.queue.finish() } }
        }
    }
}
