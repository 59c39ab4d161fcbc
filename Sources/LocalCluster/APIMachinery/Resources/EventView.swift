public import KubernetesClient

/// Events of `v1` and `events.k8s.io/v1` are one store, kept as the core kind; these are the two views.
public enum EventView {
    private static let names: [(core: String, modern: String)] = [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"),
        ("firstTimestamp", "deprecatedFirstTimestamp"), ("lastTimestamp", "deprecatedLastTimestamp"),
        ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ]

    /// A stored event, as `events.k8s.io/v1` shows it.
    public static func fromCore(_ event: JSONValue) -> JSONValue {
        var view = event
        view["apiVersion"] = "events.k8s.io/v1"
        for (core, modern) in names { move(core, modern, &view) }
        for name in ["reportingController", "reportingInstance", "action", "note"] where view[name] == "" {
            view[name] = nil
        }
        return view
    }

    /// An event of `events.k8s.io/v1`, as it is stored.
    public static func toCore(_ event: JSONValue) -> JSONValue {
        var view = event
        view["apiVersion"] = "v1"
        for (core, modern) in names { move(modern, core, &view) }
        for name in ["reportingComponent", "reportingInstance"] where view[name] == nil { view[name] = "" }
        return view
    }

    /// An event shows the times it does not have.
    public static func withTimes(_ event: JSONValue) -> JSONValue {
        var event = event
        for name in ["eventTime", "firstTimestamp", "lastTimestamp"] where event[name] == nil { event[name] = .null }
        return event
    }

    private static func move(_ from: String, _ to: String, _ event: inout JSONValue) {
        let value = event[from]
        event[from] = nil
        event[to] = value
    }
}
