import KubernetesClient

/// What a ``Store`` holds, as a value: puts and removals answer what has changed by them, which is nothing for what a
/// watch repeats or tells too late.
struct StoreState: Sendable {
    private struct Entry: Sendable {
        var object: UntypedObject
        /// The list that showed it last, or that was the last when a watch told of it.
        var list: UInt32
    }

    private var entries: [ObjectKey: Entry] = [:]
    private var indexed: [String: [String: Set<ObjectKey>]] = [:]
    private let indexes: [String: Store.Index]
    private var list: UInt32 = 0
    /// The version of the last list.
    private var listVersion: String?
    /// The versions at which objects went since the last list, so that late news does not bring them back.
    private var removed: [ObjectKey: UInt64] = [:]
    private static let maximumRemoved = 1024
    private(set) var isSynced = false

    init(indexes: [String: Store.Index]) { self.indexes = indexes }

    subscript(key: ObjectKey) -> UntypedObject? { entries[key]?.object }

    var objects: [UntypedObject] { entries.values.map(\.object) }
    var keys: [ObjectKey] { Array(entries.keys) }
    var count: Int { entries.count }

    func objects(index: String, value: String) -> [UntypedObject] {
        (indexed[index]?[value] ?? []).compactMap { entries[$0]?.object }
    }

    mutating func beginList() {
        list &+= 1
        removed = [:]
    }

    /// What it holds may be old, until the end of the next list.
    mutating func unsync() { isSynced = false }

    /// Removes what the list did not show.
    ///
    /// - Returns: what it removed.
    mutating func endList(version: String) -> [InformerEvent] {
        listVersion = version
        isSynced = true
        return entries.filter { $0.value.list != list }.keys.compactMap { take($0).map { .deleted($0) } }
    }

    /// Puts an object in that a list showed: it counts, even when it is older than what was known.
    mutating func putListed(_ object: UntypedObject) -> InformerEvent? {
        if let old = entries[object.key]?.object, old == object {
            entries[object.key]?.list = list
            return nil
        }
        return put(object)
    }

    /// Puts an object in that a watch told of, unless something newer is known.
    mutating func putWatched(_ object: UntypedObject) -> InformerEvent? {
        let version = ResourceVersion.number(object.resourceVersion)
        if let old = entries[object.key]?.object {
            if let oldVersion = ResourceVersion.number(old.resourceVersion), let version {
                guard version > oldVersion else { return nil }
            } else if old.resourceVersion == object.resourceVersion, object.resourceVersion != nil {
                return nil
            }
        } else if let version {
            if let gone = removed[object.key], version <= gone { return nil }
            if let listed = ResourceVersion.number(listVersion), version <= listed { return nil }
        }
        return put(object)
    }

    /// Removes an object that a watch told is gone, unless something newer is known.
    mutating func removeWatched(_ object: UntypedObject) -> InformerEvent? {
        let key = object.key
        if ResourceVersion.isOlder(object.resourceVersion, than: entries[key]?.object.resourceVersion) { return nil }
        if let version = ResourceVersion.number(object.resourceVersion) {
            if removed.count >= Self.maximumRemoved { removed = [:] }
            removed[key] = version
        }
        return take(key).map { _ in .deleted(object) }
    }

    /// Removes an object that is no longer to be kept.
    mutating func drop(_ object: UntypedObject) -> InformerEvent? { take(object.key).map { _ in .deleted(object) } }

    /// Puts an object in that was read otherwise, unless as new a one is known.
    mutating func learn(_ object: UntypedObject) {
        if let gone = removed[object.key], ResourceVersion.number(object.resourceVersion) ?? 0 <= gone { return }
        if let old = self[object.key], !ResourceVersion.isOlder(old.resourceVersion, than: object.resourceVersion) {
            return
        }
        _ = put(object)
    }

    private mutating func put(_ object: UntypedObject) -> InformerEvent {
        let key = object.key
        let old = entries.updateValue(Entry(object: object, list: list), forKey: key)?.object
        for (name, index) in indexes {
            let before = old.map(index) ?? []
            let after = index(object)
            guard before != after else { continue }
            for value in before { unindex(key, from: name, value) }
            for value in after { indexed[name, default: [:]][value, default: []].insert(key) }
        }
        return old.map { .updated(old: $0, new: object) } ?? .added(object)
    }

    private mutating func take(_ key: ObjectKey) -> UntypedObject? {
        guard let old = entries.removeValue(forKey: key)?.object else { return nil }
        for (name, index) in indexes {
            for value in index(old) { unindex(key, from: name, value) }
        }
        return old
    }

    private mutating func unindex(_ key: ObjectKey, from index: String, _ value: String) {
        indexed[index]?[value]?.remove(key)
        if indexed[index]?[value]?.isEmpty == true { indexed[index]?[value] = nil }
    }
}
