internal import DequeModule

/// All objects of one resource in order, and what happened to them lately.
struct ResourceObjects: Sendable {
    /// Sorted by namespace and name.
    private(set) var objects: [StoredObject] = []
    private(set) var history: Deque<StoreEvent> = []
    /// The newest revision about which `history` says nothing any more.
    private(set) var floor: Int64
    /// The newest revision of any change here.
    private(set) var revision: Int64
    var watchers: [Int: AsyncStream<WatchSignal>.Continuation] = [:]

    private static let historyLength = 4096

    init(objects: [StoredObject] = [], floor: Int64) {
        self.objects = objects.sorted { $0.isOrdered(before: $1) }
        self.floor = floor
        self.revision = floor
    }

    func object(_ namespace: String, _ name: String) -> StoredObject? {
        let index = position(namespace, name)
        guard index < objects.count, objects[index].name == name, objects[index].namespace == namespace else {
            return nil
        }
        return objects[index]
    }

    /// The objects of one namespace, or all.
    func slice(_ namespace: String?) -> ArraySlice<StoredObject> {
        guard let namespace else { return objects[...] }
        // "\0" sorts directly after the empty string: behind every object of the namespace itself.
        return objects[position(namespace, "")..<position(namespace + "\0", "")]
    }

    mutating func apply(_ event: StoreEvent) {
        let index = position(event.object.namespace, event.object.name)
        if event.isDeletion {
            objects.remove(at: index)
        } else if event.previous != nil {
            objects[index] = event.object
        } else {
            objects.insert(event.object, at: index)
        }
        revision = event.revision
        history.append(event)
        if history.count > Self.historyLength, let oldest = history.popFirst() { floor = oldest.revision }
        for watcher in watchers.values { watcher.send(.event(event)) }
    }

    /// What the collection was at an earlier revision, `nil` when that has been forgotten.
    func snapshot(at revision: Int64) -> ResourceObjects? {
        guard revision >= floor else { return nil }
        var past = ResourceObjects(floor: floor)
        past.objects = objects
        for event in history.reversed() where event.revision > revision {
            let index = past.position(event.object.namespace, event.object.name)
            switch (event.isDeletion, event.previous) {
            case (true, let previous?): past.objects.insert(previous, at: index)
            case (false, let previous?): past.objects[index] = previous
            case (_, nil): past.objects.remove(at: index)
            }
        }
        return past
    }

    private func position(_ namespace: String, _ name: String) -> Int {
        var low = 0
        var high = objects.count
        while low < high {
            let middle = (low + high) / 2
            if objects[middle].isOrdered(before: namespace, name) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension AsyncStream<WatchSignal>.Continuation {
    /// A watcher that does not keep up is closed; it resumes from the last revision it saw.
    func send(_ signal: WatchSignal) {
        if case .dropped = yield(signal) { finish() }
    }
}
