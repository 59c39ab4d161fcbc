import KubernetesClient

extension BuiltinValidation {
    mutating func workload(_ kind: String, _ object: JSONValue, _ old: JSONValue?) {
        guard kind != "ControllerRevision", let spec = object["spec"] else {
            if let old, old["data"] != object["data"] {
                fail(.invalid("data", object["data"] ?? .null, "field is immutable"))
            }
            return
        }
        selector(spec, kind)
        template(spec, restartPolicies: ["Always"])
        immutable(["spec", "selector"], object, old)
        switch kind {
        case "Deployment": strategy(spec)
        case "StatefulSet": if let before = old?["spec"] { statefulSetUpdate(spec, before) }
        default: break
        }
    }

    private mutating func selector(_ spec: JSONValue, _ kind: String) {
        let labels = spec[path: ["template", "metadata", "labels"]] ?? .null
        var matches = false
        if let selector = spec["selector"] {
            if selector == [:] {
                fail(.invalid("spec.selector", [:], "empty selector is invalid for \(kind.lowercased())"))
            }
            expressions(selector, "spec.selector")
            if let parsed = LabelSelector(selector) { matches = parsed.matches(labels.stringMapValue ?? [:]) }
        }
        require(
            matches,
            .invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"))
    }

    /// The expressions of a label selector.
    mutating func expressions(_ selector: JSONValue, _ path: String) {
        errors(of: MetadataValidation.labelFaults(selector["matchLabels"], "\(path).matchLabels"))
        for (index, expression) in (selector["matchExpressions"]?.arrayValue ?? []).enumerated() {
            let here = "\(path).matchExpressions[\(index)]"
            let values = expression["values"]?.arrayValue ?? []
            switch expression["operator"] {
            case "In", "NotIn":
                if values.isEmpty {
                    fail(.required("\(here).values", "must be specified when `operator` is 'In' or 'NotIn'"))
                }
            case "Exists", "DoesNotExist":
                if !values.isEmpty {
                    fail(
                        .forbidden(
                            "\(here).values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
                }
            default:
                fail(.invalid("\(here).operator", expression["operator"] ?? "", "not a valid selector operator"))
            }
        }
    }

    mutating func template(_ spec: JSONValue, restartPolicies: [String], _ path: String = "spec.template") {
        guard let template = spec["template"] else { return }
        errors(of: MetadataValidation.labelFaults(template[path: ["metadata", "labels"]], "\(path).metadata.labels"))
        podSpec(template["spec"] ?? [:], "\(path).spec")
        let policy = template[path: ["spec", "restartPolicy"]] ?? ""
        guard !restartPolicies.contains(policy.stringValue ?? "") else { return }
        if restartPolicies.count > 1 {
            fail(
                policy == "Always" || policy == ""
                    ? .required("\(path).spec.restartPolicy", "valid values: \"OnFailure\", \"Never\"")
                    : .notSupported("\(path).spec.restartPolicy", policy, restartPolicies))
        } else if ["Never", "OnFailure"].contains(policy) {
            fail(.notSupported("\(path).spec.restartPolicy", policy, restartPolicies))
        }
    }

    private mutating func errors(of faults: [FieldError]) { for fault in faults { fail(fault) } }

    private mutating func strategy(_ spec: JSONValue) {
        let strategy = spec["strategy"] ?? [:]
        if strategy["type"] == "Recreate", strategy["rollingUpdate"] != nil {
            fail(
                .forbidden(
                    "spec.strategy.rollingUpdate", "may not be specified when strategy `type` is 'Recreate'"))
        }
        let zeros: [JSONValue] = [0, "0%"]
        if let update = strategy["rollingUpdate"], let unavailable = update["maxUnavailable"],
            zeros.contains(unavailable), zeros.contains(update["maxSurge"] ?? 0)
        {
            fail(
                .invalid(
                    "spec.strategy.rollingUpdate.maxUnavailable", unavailable, "may not be 0 when `maxSurge` is 0"))
        }
        for field in ["maxUnavailable", "maxSurge"] {
            guard let value = strategy["rollingUpdate"]?[field] else { continue }
            intOrPercent(value, "spec.strategy.rollingUpdate.\(field)")
        }
        let ready = spec["minReadySeconds"]?.integerValue ?? 0
        if let deadline = spec["progressDeadlineSeconds"]?.integerValue, deadline <= ready {
            fail(.invalid("spec.progressDeadlineSeconds", .integer(deadline), "must be greater than minReadySeconds"))
        }
    }

    mutating func intOrPercent(_ value: JSONValue, _ path: String) {
        if let number = value.integerValue {
            require(number >= 0, .invalid(path, value, "must be greater than or equal to 0"))
        } else if let text = value.stringValue, !Pattern.matches(text, "^[0-9]+%$") {
            fail(
                .invalid(
                    path, value,
                    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or "
                        + "'93%', regex used for validation is '[0-9]+%')"))
        }
    }

    private mutating func statefulSetUpdate(_ spec: JSONValue, _ before: JSONValue) {
        var (new, old) = (spec, before)
        for field in [
            "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
            "persistentVolumeClaimRetentionPolicy", "minReadySeconds", "selector",
        ] {
            new[field] = nil
            old[field] = nil
        }
        require(
            new == old,
            .forbidden(
                "spec",
                "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
                    + "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and "
                    + "'minReadySeconds' are forbidden"))
    }

    mutating func job(_ spec: JSONValue, _ old: JSONValue?) {
        template(spec, restartPolicies: ["OnFailure", "Never"])
        guard let old else { return }
        let suspended = old["suspend"] == true
        for field in ["selector", "completionMode"] + (suspended ? [] : ["template"]) where spec[field] != old[field] {
            fail(.invalid("spec.\(field)", spec[field] ?? .null, "field is immutable"))
        }
        if spec["completions"] != old["completions"], spec["completionMode"] != "Indexed" {
            fail(.invalid("spec.completions", spec["completions"] ?? .null, "field is immutable"))
        }
    }

    mutating func cronJob(_ spec: JSONValue) {
        if let schedule = spec["schedule"]?.stringValue, !schedule.isEmpty, !schedule.hasPrefix("@") {
            let fields = schedule.split(separator: " ").count
            require(
                fields == 5,
                .invalid(
                    "spec.schedule", .string(schedule), "expected exactly 5 fields, found \(fields): [\(schedule)]"))
        }
        template(
            spec[path: ["jobTemplate", "spec"]] ?? [:], restartPolicies: ["OnFailure", "Never"],
            "spec.jobTemplate.spec.template")
    }

    mutating func autoscaler(_ spec: JSONValue) {
        if (spec["scaleTargetRef"]?["apiVersion"]?.stringValue ?? "").isEmpty {
            fail(.invalid("spec.scaleTargetRef.apiVersion", "", "apiVersion must specify API group"))
        }
        if let least = spec["minReplicas"]?.integerValue, let most = spec["maxReplicas"],
            (most.integerValue ?? 0) < least
        {
            fail(.invalid("spec.maxReplicas", most, "must be greater than or equal to `minReplicas`"))
        }
    }

    mutating func disruptionBudget(_ spec: JSONValue) {
        if let selector = spec["selector"] { expressions(selector, "spec.selector") }
        let bounds = ["minAvailable", "maxUnavailable"]
        if bounds.allSatisfy({ spec[$0] != nil }) {
            fail(.invalid("spec", spec, "minAvailable and maxUnavailable cannot be both set"))
        }
        for bound in bounds { if let value = spec[bound] { intOrPercent(value, "spec.\(bound)") } }
    }

    mutating func lease(_ spec: JSONValue) {
        if let duration = spec["leaseDurationSeconds"], (duration.integerValue ?? 0) <= 0 {
            fail(.invalid("spec.leaseDurationSeconds", duration, "must be greater than 0"))
        }
        if let count = spec["leaseTransitions"], (count.integerValue ?? 0) < 0 {
            fail(.invalid("spec.leaseTransitions", count, "must be greater than or equal to 0"))
        }
    }
}
