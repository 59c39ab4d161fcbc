internal import DequeModule

/// All objects of one resource in order, and what happened to them lately.
struct ResourceObjects: Sendable {
    private(set) var objects: SortedObjects
    private(set) var history: Deque<StoreEvent> = []
    /// The newest revision about which `history` says nothing any more.
    private(set) var floor: Int64
    /// The newest revision of any change here.
    private(set) var revision: Int64
    var watchers: [Int: Watcher] = [:]

    /// Who is told of changes.
    struct Watcher: Sendable {
        /// `nil` for all.
        let namespace: String?
        let queue: WatchQueue
    }

    private static let historyLength = 4096

    init(objects: [StoredObject] = [], floor: Int64) {
        self.objects = SortedObjects(objects)
        self.floor = floor
        self.revision = floor
    }

    mutating func apply(_ event: StoreEvent) {
        if event.isDeletion { objects.remove(event.object) } else { objects.put(event.object) }
        revision = event.revision
        history.append(event)
        if history.count > Self.historyLength, let oldest = history.popFirst() { floor = oldest.revision }
        for watcher in watchers.values where watcher.namespace == nil || watcher.namespace == event.object.namespace {
            watcher.queue.send(.event(event))
        }
    }

    /// What the collection was at an earlier revision, `nil` when that has been forgotten.
    func snapshot(at revision: Int64) -> SortedObjects? {
        guard revision >= floor else { return nil }
        var past = objects
        for event in history.reversed() {
            guard event.revision > revision else { break }
            if let previous = event.previous { past.put(previous) } else { past.remove(event.object) }
        }
        return past
    }
}
