internal import HeapModule

/// Keys whose time is to come, each once, the earliest found without a look at the others.
struct DelayedKeys<Key: Hashable & Sendable>: Sendable {
    typealias Instant = ContinuousClock.Instant

    private struct Entry: Comparable, Sendable {
        var time: Instant
        var key: Key

        static func == (left: Entry, right: Entry) -> Bool { left.time == right.time }
        static func < (left: Entry, right: Entry) -> Bool { left.time < right.time }
    }

    private var times: [Key: Instant] = [:]
    /// Those of `times`, and stale ones, but for the first, of keys that were removed or have another time now.
    private var entries = Heap<Entry>()

    var count: Int { times.count }
    var earliest: Instant? { entries.min?.time }
    /// How many entries are held, stale ones among them.
    var held: Int { entries.count }

    /// Adds a key; an earlier time wins over a later one.
    mutating func add(_ key: Key, at time: Instant) {
        if let known = times[key], known <= time { return }
        times[key] = time
        entries.insert(Entry(time: time, key: key))
        dropStale()
    }

    mutating func remove(_ key: Key) {
        guard times.removeValue(forKey: key) != nil else { return }
        dropStale()
    }

    /// Removes the keys whose time has come, the earliest first.
    mutating func removeDue(now: Instant) -> [Key] {
        var due: [Key] = []
        while let first = entries.min, first.time <= now {
            entries.removeMin()
            times[first.key] = nil
            due.append(first.key)
            dropStale()
        }
        return due
    }

    private mutating func dropStale() {
        while let first = entries.min, times[first.key] != first.time { entries.removeMin() }
        // Keys that are removed again and again must not fill the memory.
        if entries.count > 2 * times.count + 64 { entries = Heap(times.map { Entry(time: $0.value, key: $0.key) }) }
    }
}
