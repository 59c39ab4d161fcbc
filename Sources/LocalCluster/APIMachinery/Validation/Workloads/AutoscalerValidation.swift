import KubernetesClient

/// Autoscalers and disruption budgets.
extension BuiltinValidation {
    mutating func autoscaler(_ spec: JSONValue) {
        let most = spec["maxReplicas"] ?? 0
        let number = most.integerValue ?? 0
        let least = spec["minReplicas"]?.integerValue
        let metrics = spec["metrics"]?.arrayValue ?? []
        if let least, least < 1 {
            fail(.invalid("spec.minReplicas", .integer(least), "must be greater than or equal to 1"))
        }
        if number == 0 { fail(.required("spec.maxReplicas", "must be set and greater than 0")) }
        if number < 0 { fail(.invalid("spec.maxReplicas", most, "must be greater than or equal to 1")) }
        if let least, number < least {
            fail(.invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`"))
        }
        reference(spec["scaleTargetRef"] ?? [:], "spec.scaleTargetRef")
        if least == 0, !metrics.contains(where: { ["Object", "External"].contains($0["type"]) }) {
            fail(
                .forbidden(
                    "spec.metrics",
                    "must specify at least one Object or External metric to support scaling to zero replicas"))
        }
        for (index, metric) in metrics.enumerated() { self.metric(metric, "spec.metrics[\(index)]") }
        for direction in ["scaleUp", "scaleDown"] {
            if let rules = spec["behavior"]?[direction] { scaling(rules, "spec.behavior.\(direction)") }
        }
    }

    private mutating func reference(_ target: JSONValue, _ path: String, needsGroup: Bool = true) {
        for field in ["kind", "name"] { pathSegment(target[field], "\(path).\(field)") }
        let version = target["apiVersion"]?.stringValue ?? ""
        if version.split(separator: "/").count > 2 {
            fail(.invalid("\(path).apiVersion", .string(version), "unexpected GroupVersion string: \(version)"))
        } else if needsGroup, !version.contains("/"), version != "v1" || target["kind"] != "ReplicationController" {
            fail(.invalid("\(path).apiVersion", .string(version), "apiVersion must specify API group"))
        }
    }

    private mutating func pathSegment(_ value: JSONValue?, _ path: String, _ missing: String = "") {
        guard let value, value != "" else { return fail(.required(path, missing)) }
        text(value, path, Names.faultsOfPathSegment)
    }

    private mutating func metric(_ metric: JSONValue, _ path: String) {
        let sources = [
            "ContainerResource": "containerResource", "External": "external", "Object": "object", "Pods": "pods",
            "Resource": "resource",
        ]
        let type = metric["type"]?.stringValue ?? ""
        if type.isEmpty { fail(.required("\(path).type", "must specify a metric source type")) }
        guard let field = sources[type] else {
            // Kubernetes says so twice.
            for _ in 0..<2 { choice(.string(type), "\(path).type", sources.keys.sorted()) }
            return
        }
        let here = "\(path).\(field)"
        guard let source = metric[field] else {
            return fail(.required(here, "must populate information for the given metric source"))
        }
        let target = source["target"] ?? [:]
        if type == "Resource" || type == "ContainerResource" {
            if (source["name"]?.stringValue ?? "").isEmpty {
                fail(.required("\(here).name", "must specify a resource name"))
            }
            if type == "ContainerResource", (source["container"]?.stringValue ?? "").isEmpty {
                fail(.required("\(here).container", "must specify a container"))
            }
        } else {
            pathSegment(source["metric"]?["name"], "\(here).metric.name", "must specify a metric name")
        }
        if type == "Object" {
            reference(source["describedObject"] ?? [:], "\(here).describedObject", needsGroup: false)
        }
        self.target(target, "\(here).target")
        needed(of: target, type, "\(here).target")
    }

    private mutating func target(_ target: JSONValue, _ path: String) {
        let type = target["type"] ?? ""
        if type == "" { fail(.required("\(path).type", "must specify a metric target type")) }
        if !["Utilization", "Value", "AverageValue"].contains(type) {
            fail(.invalid("\(path).type", type, "must be either Utilization, Value, or AverageValue"))
        }
        for field in ["value", "averageValue"] {
            if let amount = target[field], amount.stringValue.flatMap(Quantity.value) ?? 1 <= 0 {
                fail(.invalid("\(path).\(field)", amount, "must be positive"))
            }
        }
        if let share = target["averageUtilization"], share.integerValue ?? 0 < 1 {
            fail(.invalid("\(path).averageUtilization", share, "must be greater than 0"))
        }
    }

    private mutating func needed(of target: JSONValue, _ type: String, _ path: String) {
        let (value, average) = (target["value"], target["averageValue"])
        switch type {
        case "Pods":
            if average == nil { fail(.required("\(path).averageValue", "must specify a positive target averageValue")) }
        case "Object":
            if value == nil, average == nil {
                fail(
                    .required("\(path).averageValue", "must set either a target value or averageValue"))
            }
        case "External":
            if value == nil, average == nil {
                let detail = "must set either a target value for metric or a per-pod target"
                fail(.required("\(path).averageValue", detail))
            } else if value != nil, average != nil {
                let detail = "may not set both a target value for metric and a per-pod target"
                fail(.forbidden("\(path).value", detail))
            }
        default:
            if target["averageUtilization"] == nil, average == nil {
                let detail = "must set either a target raw value or a target utilization"
                fail(.required("\(path).averageUtilization", detail))
            } else if target["averageUtilization"] != nil, average != nil {
                let detail = "may not set both a target raw value and a target utilization"
                fail(.forbidden("\(path).averageValue", detail))
            }
        }
    }

    private mutating func scaling(_ rules: JSONValue, _ path: String) {
        if let window = rules["stabilizationWindowSeconds"], let seconds = window.integerValue {
            let here = "\(path).stabilizationWindowSeconds"
            if seconds < 0 { fail(.invalid(here, window, "must be greater than or equal to zero")) }
            if seconds > 3600 { fail(.invalid(here, window, "must be less than or equal to 3600")) }
        }
        choice(rules["selectPolicy"], "\(path).selectPolicy", ["Disabled", "Max", "Min"])
        if let tolerance = rules["tolerance"], tolerance.stringValue.flatMap(Quantity.value) ?? 0 < 0 {
            fail(.invalid("\(path).tolerance", tolerance, "must be greater than or equal to 0"))
        }
        for (index, policy) in (rules["policies"]?.arrayValue ?? []).enumerated() {
            let here = "\(path).policies[\(index)]"
            choice(policy["type"] ?? "", "\(here).type", ["Percent", "Pods"])
            for field in ["value", "periodSeconds"] where policy[field]?.integerValue ?? 0 <= 0 {
                fail(.invalid("\(here).\(field)", policy[field] ?? 0, "must be greater than zero"))
            }
            if let period = policy["periodSeconds"], period.integerValue ?? 0 > 1800 {
                fail(.invalid("\(here).periodSeconds", period, "must be less than or equal to 1800"))
            }
        }
    }

    mutating func disruptionBudget(_ spec: JSONValue) {
        if let selector = spec["selector"] { expressions(selector, "spec.selector") }
        let bounds = ["minAvailable", "maxUnavailable"]
        if bounds.allSatisfy({ spec[$0] != nil }) {
            // The spec is shown as Go writes it.
            let members = ["minAvailable", "selector", "maxUnavailable", "unhealthyPodEvictionPolicy"].map {
                "\"\($0.prefix(1).uppercased())\($0.dropFirst())\":\(spec[$0]?.text() ?? "null")"
            }
            let detail = "minAvailable and maxUnavailable cannot be both set"
            fail(FieldError(.invalid, "spec", shown: "{\(members.joined(separator: ","))}", detail))
        }
        if spec["unhealthyPodEvictionPolicy"] == "" {
            fail(.notSupported("spec.unhealthyPodEvictionPolicy", "", ["AlwaysAllow", "IfHealthyBudget"]))
        }
        for bound in bounds { percentage(spec[bound], "spec.\(bound)", atMost: true) }
    }
}
