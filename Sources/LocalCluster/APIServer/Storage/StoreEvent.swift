/// What happened to one object.
struct StoreEvent: Sendable {
    /// The object after a creation or change; as it was last, with the deletion's own revision, after a deletion.
    let object: StoredObject
    /// The object before, `nil` for a creation.
    let previous: StoredObject?
    let isDeletion: Bool

    var revision: Int64 { object.revision }
}

/// What a watch is told.
enum WatchSignal: Sendable {
    case event(StoreEvent)
    /// Everything up to this revision has been told.
    case progress(Int64)
}
