import KubernetesClient

/// Events, as what they are stored as: the messages name the fields of the core kind, whichever view was sent.
extension BuiltinValidation {
    mutating func event(_ sent: JSONValue, _ old: JSONValue?, _ definition: ResourceDefinition) {
        let isModern = definition.group == "events.k8s.io"
        let event = isModern ? EventView.toCore(sent) : sent
        if event["eventTime"] ?? .null == .null {
            oldEvent(event)
        } else {
            newEvent(event, controller: isModern ? "reportingController" : "reportingComponent")
        }
        guard isModern else { return }
        if let old {
            unchanged(event, EventView.toCore(old))
        } else {
            strict(event)
        }
    }

    private mutating func oldEvent(_ event: JSONValue) {
        let namespace = event[path: ["metadata", "namespace"]] ?? ""
        let about = event[path: ["involvedObject", "namespace"]] ?? ""
        let isOurs = about == namespace || (about == "" && namespace == "default")
        require(isOurs, .invalid("involvedObject.namespace", about, "does not match event.namespace"))
    }

    /// An event that says when it was says by whom it was told, too.
    ///
    /// - Parameter controller: how the view that was sent names it.
    private mutating func newEvent(_ event: JSONValue, controller: String) {
        let isAnywhere = ["default", "kube-system"].contains(event[path: ["metadata", "namespace"]]?.stringValue)
        if event[path: ["involvedObject", "namespace"]] ?? "" == "", !isAnywhere {
            fail(.invalid("involvedObject.namespace", "", "does not match event.namespace"))
        }
        let reporter = event["reportingComponent"]?.stringValue ?? ""
        if reporter.isEmpty { fail(.required(controller)) }
        for fault in Names.faultsOfQualifiedName(reporter) { fail(.invalid(controller, .string(reporter), fault)) }
        for (field, limit) in [("reportingInstance", 128), ("action", 128), ("reason", 128), ("message", 1024)] {
            let text = event[field]?.stringValue ?? ""
            if text.isEmpty, field != "message" { fail(.required(field)) }
            if text.utf8.count > limit { fail(.invalid(field, "", "can have at most \(limit) characters")) }
        }
    }

    private mutating func strict(_ event: JSONValue) {
        series(event)
        if event["eventTime"] ?? .null == .null { fail(.required("eventTime")) }
        let type = event["type"]?.stringValue ?? ""
        if type != "Normal", type != "Warning" { fail(.invalid("type", "", "has invalid value: \(type)")) }
        for field in ["firstTimestamp", "lastTimestamp", "count", "source"]
        where ![nil, .null, 0, .emptyObject].contains(event[field]) {
            fail(.invalid(field, "", "needs to be unset"))
        }
    }

    private mutating func series(_ event: JSONValue) {
        guard let series = event["series"] else { return }
        if series["count"]?.intValue ?? 0 < 2 { fail(.invalid("series.count", "", "should be at least 2")) }
        if series["lastObservedTime"] ?? .null == .null { fail(.required("series.lastObservedTime")) }
    }

    private mutating func unchanged(_ event: JSONValue, _ old: JSONValue) {
        if event["series"] != old["series"] { series(event) }
        for field in [
            "involvedObject", "reason", "message", "source", "firstTimestamp", "lastTimestamp", "count", "reason",
            "type", "eventTime", "action", "related",
        ] { immutable([field], event, old) }
        let controller = event["reportingComponent"]
        if controller != old["reportingComponent"] {
            fail(.invalid("reportingController", controller ?? "", "field is immutable"))
        }
        immutable(["reportingInstance"], event, old)
    }
}
