import KubernetesClient

/// The conditions of a status, changed as Kubernetes' controllers do: `lastTransitionTime` moves only with the status.
struct Conditions: Equatable {
    private(set) var entries: [JSONValue]
    let now: Timestamp
    /// Deployments and ReplicaSets tell the latest change last; the others keep the places.
    private let movesToTheEnd: Bool

    init(_ object: UntypedObject, now: Timestamp) {
        movesToTheEnd = ["Deployment", "ReplicaSet"].contains(object.kind)
        entries = object["status", "conditions"]?.arrayValue ?? []
        self.now = now
    }

    subscript(type: String) -> JSONValue? { entries.first { $0["type"]?.stringValue == type } }

    func status(_ type: String) -> String? { self[type]?["status"]?.stringValue }
    func reason(_ type: String) -> String? { self[type]?["reason"]?.stringValue }

    /// - Parameters:
    ///   - stamps: which times the kind's conditions have besides the transition's.
    ///   - refresh: write the condition anew even if neither status nor reason changed.
    mutating func set(
        _ type: String, _ status: String, reason: String?, message: String?,
        stamps: [String] = [], generation: Int64? = nil, refresh: Bool = false
    ) {
        let old = self[type]
        let sameStatus = old?["status"]?.stringValue == status
        if !refresh, sameStatus, old?["reason"]?.stringValue == reason, old?["message"]?.stringValue == message,
            generation == nil || old?["observedGeneration"]?.integerValue == generation
        {
            return
        }
        var new: JSONValue = [
            "type": .string(type), "status": .string(status),
        ]
        new["reason"] = reason.map { .string($0) }
        new["message"] = message.map { .string($0) }
        if let generation { new["observedGeneration"] = .integer(generation) }
        for stamp in stamps { new[stamp] = .string(now.seconds) }
        let since = sameStatus ? old?["lastTransitionTime"] : nil
        new["lastTransitionTime"] = since ?? .string(now.seconds)
        if let place = entries.firstIndex(where: { $0["type"]?.stringValue == type }), !movesToTheEnd {
            entries[place] = new
        } else {
            remove(type)
            entries.append(new)
        }
    }

    mutating func remove(_ type: String) { entries.removeAll { $0["type"]?.stringValue == type } }

    func time(_ type: String, _ field: String) -> Timestamp? {
        self[type]?[field]?.stringValue.flatMap { Timestamp($0) }
    }
}
