internal import KubernetesClient

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

extension TableLayout {
    private static let template: [TableColumn] = [.wide("Containers"), .wide("Images")]

    private static func templateCells(_ object: JSONValue) -> [JSONValue] {
        object.containerCells("spec", "template", "spec", "containers")
    }

    private static func selector(_ object: JSONValue) -> JSONValue {
        // A ReplicationController selects by labels alone.
        let selector = object[path: ["spec", "selector"]] ?? .emptyObject
        let isPlain = selector["matchLabels"] == nil && selector["matchExpressions"] == nil
        return .string((isPlain ? ["matchLabels": selector] : selector).selectorText)
    }

    private static let replicas = TableLayout(
        [.name, .integer("Desired"), .integer("Current"), .integer("Ready"), .age] + template + [.wide("Selector")]
    ) { object, now in
        [
            object.nameCell, object.count("spec", "replicas"), object.count("status", "replicas"),
            object.count("status", "readyReplicas"), object.ageCell(now),
        ] + templateCells(object) + [selector(object)]
    }

    static let workloads: [String: TableLayout] = [
        "pods": TableLayout([
            .name, .text("Ready"), .text("Status"), .text("Restarts"), .age, .wide("IP"), .wide("Node"),
            .wide("Nominated Node"), .wide("Readiness Gates"),
        ]) { pod, now in
            PodSummary(pod, now).cells
        } condition: {
            PodSummary($0, Date()).completion
        },
        "deployments.apps": TableLayout(
            [.name, .text("Ready"), .text("Up-to-date"), .text("Available"), .age] + template + [.wide("Selector")]
        ) { object, now in
            let ready = object.count("status", "readyReplicas")
            return [
                object.nameCell, .string("\(ready)/\(object.count("spec", "replicas"))"),
                object.count("status", "updatedReplicas"), object.count("status", "availableReplicas"),
                object.ageCell(now),
            ] + templateCells(object) + [selector(object)]
        },
        "replicasets.apps": replicas, "replicationcontrollers": replicas,
        "statefulsets.apps": TableLayout([.name, .text("Ready"), .age] + template) { object, now in
            let ready = object.count("status", "readyReplicas")
            return [object.nameCell, .string("\(ready)/\(object.count("spec", "replicas"))"), object.ageCell(now)]
                + templateCells(object)
        },
        "daemonsets.apps": TableLayout(
            [
                .name, .integer("Desired"), .integer("Current"), .integer("Ready"), .integer("Up-to-date"),
                .integer("Available"), .text("Node Selector"), .age,
            ] + template + [.wide("Selector")]
        ) { object, now in
            [
                object.nameCell, object.count("status", "desiredNumberScheduled"),
                object.count("status", "currentNumberScheduled"), object.count("status", "numberReady"),
                object.count("status", "updatedNumberScheduled"), object.count("status", "numberAvailable"),
                .string(nodeSelector(object)), object.ageCell(now),
            ] + templateCells(object) + [selector(object)]
        },
        "jobs.batch": TableLayout(
            [.name, .text("Status"), .text("Completions"), .text("Duration"), .age] + template + [.wide("Selector")]
        ) { object, now in
            [
                object.nameCell, .string(jobStatus(object)), .string(jobCompletions(object)),
                .string(jobDuration(object, now)), object.ageCell(now),
            ] + templateCells(object) + [selector(object)]
        },
        "cronjobs.batch": TableLayout([
            .name, .text("Schedule"), .text("Timezone"), TableColumn(name: "Suspend", type: "boolean"),
            .integer("Active"), .text("Last Schedule"), .age, .wide("Containers"), .wide("Images"), .wide("Selector"),
        ]) { object, now in
            let zone = object.text("spec", "timeZone")
            let last = object[path: ["status", "lastScheduleTime"]]?.stringValue
            return [
                object.nameCell, .string(object.text("spec", "schedule")), .string(zone.isEmpty ? "<none>" : zone),
                .string(object[path: ["spec", "suspend"]] == true ? "True" : "False"),
                JSONValue(object[path: ["status", "active"]]?.arrayValue?.count ?? 0),
                .string(last == nil ? "<none>" : HumanDuration.since(last, now)), object.ageCell(now),
            ] + object.containerCells("spec", "jobTemplate", "spec", "template", "spec", "containers") + [
                .string((object[path: ["spec", "jobTemplate", "spec", "selector"]] ?? .null).selectorText)
            ]
        },
        "controllerrevisions.apps": TableLayout([
            .name, .text("Controller"), .text("Revision"), .age,
        ]) { object, now in
            let owner = object[path: ["metadata", "ownerReferences"]]?.arrayValue?.first { $0["controller"] == true }
            let controller = owner.map { reference in
                let group = reference.text("apiVersion").split(separator: "/").dropLast().map { ".\($0)" }.joined()
                return "\(reference.text("kind").lowercased())\(group)/\(reference.text("name"))"
            }
            return [object.nameCell, .string(controller ?? "<none>"), object.count("revision"), object.ageCell(now)]
        },
        "horizontalpodautoscalers.autoscaling": TableLayout([
            .name, .text("Reference"), .text("Targets"), .text("MinPods"), .text("MaxPods"), .text("Replicas"), .age,
        ]) { object, now in
            let target = object[path: ["spec", "scaleTargetRef"]] ?? .null
            return [
                object.nameCell, .string("\(target.text("kind"))/\(target.text("name"))"),
                .string(autoscalerTargets(object)),
                .string(object[path: ["spec", "minReplicas"]]?.text() ?? "<unset>"),
                object.count("spec", "maxReplicas"),
                object.count("status", "currentReplicas"), object.ageCell(now),
            ]
        },
        "poddisruptionbudgets.policy": TableLayout([
            .name, .text("Min Available"), .text("Max Unavailable"), .integer("Allowed Disruptions"), .age,
        ]) { object, now in
            func limit(_ key: String) -> JSONValue {
                guard let value = object[path: ["spec", key]], !value.isNull else { return "N/A" }
                return .string(value.stringValue ?? value.text())
            }
            return [
                object.nameCell, limit("minAvailable"), limit("maxUnavailable"),
                object.count("status", "disruptionsAllowed"), object.ageCell(now),
            ]
        },
    ]

    /// The scale subresource of every kind.
    static let scale = TableLayout([.text("Name"), .integer("Desired"), .integer("Available"), .age]) { object, now in
        [
            object.nameCell, object.count("spec", "replicas"), object.count("status", "replicas"), object.ageCell(now),
        ]
    }

    private static func nodeSelector(_ object: JSONValue) -> String {
        let selector = object[path: ["spec", "template", "spec", "nodeSelector"]]?.stringMapValue ?? [:]
        return selector.isEmpty ? "<none>" : selector.map { "\($0.key)=\($0.value)" }.sorted().joined(separator: ",")
    }

    private static func jobStatus(_ job: JSONValue) -> String {
        let conditions = job[path: ["status", "conditions"]]?.arrayValue ?? []
        func has(_ type: String) -> Bool {
            conditions.contains { $0.text("type") == type && $0.text("status") == "True" }
        }
        if has("Complete") { return "Complete" }
        if has("Failed") { return "Failed" }
        if job[path: ["metadata", "deletionTimestamp"]] != nil { return "Terminating" }
        if has("Suspended") { return "Suspended" }
        if has("FailureTarget") { return "FailureTarget" }
        return has("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running"
    }

    private static func jobCompletions(_ job: JSONValue) -> String {
        let succeeded = job.count("status", "succeeded")
        if let completions = job[path: ["spec", "completions"]]?.intValue { return "\(succeeded)/\(completions)" }
        let parallelism = job[path: ["spec", "parallelism"]]?.intValue ?? 0
        return parallelism > 1 ? "\(succeeded)/1 of \(parallelism)" : "\(succeeded)/1"
    }

    private static func jobDuration(_ job: JSONValue, _ now: Date) -> String {
        guard let start = job[path: ["status", "startTime"]]?.stringValue else { return "" }
        let end = job[path: ["status", "completionTime"]]?.stringValue.flatMap { HumanDuration.date($0) }
        return HumanDuration.since(start, end ?? now)
    }

    private static func autoscalerTargets(_ autoscaler: JSONValue) -> String {
        let current = autoscaler[path: ["status", "currentMetrics"]]?.arrayValue ?? []
        let specs = autoscaler[path: ["spec", "metrics"]]?.arrayValue ?? []
        let shown = specs.enumerated().prefix(2).map { index, metric in
            autoscalerTarget(metric, index < current.count ? current[index] : .null)
        }
        if specs.isEmpty { return "<none>" }
        let more = specs.count > 2 ? " + \(specs.count - 2) more..." : ""
        return shown.joined(separator: ", ") + more
    }

    private static func autoscalerTarget(_ metric: JSONValue, _ measured: JSONValue) -> String {
        let key = metric.text("type").prefix(1).lowercased() + metric.text("type").dropFirst()
        let wanted = metric[path: [key, "target"]] ?? .null
        let current = measured[path: [key, "current"]] ?? .null
        let average = "\(current["averageValue"]?.stringValue ?? "<unknown>")/\(wanted.text("averageValue"))"
        let value = "\(current["value"]?.stringValue ?? "<unknown>")/\(wanted.text("value"))"
        switch key {
        case "resource", "containerResource":
            let name = metric.text(key, "name")
            guard let utilization = wanted["averageUtilization"]?.intValue else { return "\(name): \(average)" }
            let used = current["averageUtilization"]?.intValue.map { "\($0)%" } ?? "<unknown>"
            return "\(name): \(used)/\(utilization)%"
        case "pods": return average
        default: return wanted["averageValue"] == nil ? value : "\(average) (avg)"
        }
    }
}
