internal import KubernetesClient

/// Events are stored as core/v1 has them; events.k8s.io/v1 names the same fields differently.
enum EventView {
    private static let names = [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ]

    static func fromCore(_ event: JSONValue) -> JSONValue {
        var event = rename(event, names)
        // The empty component is no component.
        if event["reportingController"]?.stringValue == "" { event["reportingController"] = nil }
        if event["reportingInstance"]?.stringValue == "" { event["reportingInstance"] = nil }
        for key in ["deprecatedFirstTimestamp", "deprecatedLastTimestamp", "deprecatedSource"] where event[key] == nil {
            event[key] = key == "deprecatedSource" ? .emptyObject : .null
        }
        return event
    }

    static func toCore(_ event: JSONValue) -> JSONValue {
        var event = rename(event, names.map { ($1, $0) })
        for key in ["reportingComponent", "reportingInstance"] where event[key] == nil { event[key] = "" }
        return event
    }

    private static func rename(_ event: JSONValue, _ names: [(String, String)]) -> JSONValue {
        guard case .object(var members) = event else { return event }
        for (from, to) in names {
            if let value = members.removeValue(forKey: from) { members[to] = value }
        }
        return .object(members)
    }
}
