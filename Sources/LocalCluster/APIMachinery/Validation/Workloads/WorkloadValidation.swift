import KubernetesClient

/// Kinds that run pods of a template and keep running them.
extension BuiltinValidation {
    mutating func workload(_ kind: String, _ object: JSONValue, _ old: JSONValue?) {
        guard kind != "ControllerRevision", let spec = object["spec"] else {
            if let old, old["data"] != object["data"] {
                fail(.invalid("data", object["data"] ?? .null, "field is immutable"))
            }
            return
        }
        selector(spec, kind)
        template(kind == "StatefulSet" ? withClaimedVolumes(spec) : spec, restartPolicies: ["Always"])
        if spec[path: ["template", "spec", "activeDeadlineSeconds"]] != nil {
            let owner = kind == "Deployment" ? "ReplicaSet" : kind
            fail(
                .forbidden(
                    "spec.template.spec.activeDeadlineSeconds", "activeDeadlineSeconds in \(owner) is not Supported"))
        }
        if kind != "StatefulSet" { immutable(["spec", "selector"], object, old) }
        switch kind {
        case "Deployment": deploymentStrategy(spec)
        case "DaemonSet": daemonSetStrategy(spec["updateStrategy"] ?? [:])
        case "StatefulSet": statefulSet(spec, old?["spec"])
        default: break
        }
    }

    private mutating func selector(_ spec: JSONValue, _ kind: String) {
        let labels = spec[path: ["template", "metadata", "labels"]] ?? .null
        var matches = false
        if let selector = spec["selector"] {
            if selector == [:] {
                // A ReplicaSet's message speaks of Deployments too.
                let name = kind == "ReplicaSet" ? "deployment" : kind.lowercased()
                fail(.invalid("spec.selector", [:], "empty selector is invalid for \(name)"))
            }
            let before = errors.count
            expressions(selector, "spec.selector")
            if errors.count > before {
                return fail(
                    FieldError(.invalid, "spec.selector", shown: Self.shown(selector), "invalid label selector"))
            }
            if let parsed = LabelSelector(selector) { matches = parsed.matches(labels.stringMapValue ?? [:]) }
        }
        require(
            matches,
            .invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"))
    }

    /// A selector as Go writes it.
    private static func shown(_ selector: JSONValue) -> String {
        var members: [String] = []
        if let labels = selector["matchLabels"] { members.append("\"matchLabels\":\(labels.text())") }
        if let expressions = selector["matchExpressions"]?.arrayValue {
            let list = expressions.map { expression in
                var members = ["key", "operator"].map { "\"\($0)\":\((expression[$0] ?? "").text())" }
                if let values = expression["values"] { members.append("\"values\":\(values.text())") }
                return "{\(members.joined(separator: ","))}"
            }
            members.append("\"matchExpressions\":[\(list.joined(separator: ","))]")
        }
        return "{\(members.joined(separator: ","))}"
    }

    /// The labels and expressions of a label selector.
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
            givenText(expression["key"] ?? "", "\(here).key", Names.faultsOfLabelKey)
            for (place, value) in values.enumerated() {
                text(value, "\(here).values[\(place)]", Names.faultsOfLabelValue)
            }
        }
    }

    mutating func template(_ spec: JSONValue, restartPolicies: [String], _ path: String = "spec.template") {
        guard let template = spec["template"] else { return }
        errors(of: MetadataValidation.labelFaults(template[path: ["metadata", "labels"]], "\(path).labels"))
        errors(
            of: MetadataValidation.annotationFaults(template[path: ["metadata", "annotations"]], "\(path).annotations"))
        podSpec(template["spec"] ?? [:], "\(path).spec")
        let policy = template[path: ["spec", "restartPolicy"]] ?? ""
        guard !restartPolicies.contains(policy.stringValue ?? "") else { return }
        if restartPolicies.count > 1, policy == "Always" || policy == "" {
            fail(.required("\(path).spec.restartPolicy", "valid values: \"OnFailure\", \"Never\""))
        } else {
            fail(.notSupported("\(path).spec.restartPolicy", policy, restartPolicies))
        }
    }

    private mutating func deploymentStrategy(_ spec: JSONValue) {
        let strategy = spec["strategy"] ?? [:]
        let path = "spec.strategy.rollingUpdate"
        switch strategy["type"] {
        case "RollingUpdate": break
        case "Recreate":
            if strategy["rollingUpdate"] != nil {
                fail(.forbidden(path, "may not be specified when strategy `type` is 'Recreate'"))
            }
        default: otherStrategy(strategy, "spec.strategy", ["Recreate", "RollingUpdate"])
        }
        if let update = strategy["rollingUpdate"], strategy["type"] == "RollingUpdate" {
            percentage(update["maxUnavailable"], "\(path).maxUnavailable", atMost: true)
            percentage(update["maxSurge"], "\(path).maxSurge")
            if Self.isZero(update["maxUnavailable"]), Self.isZero(update["maxSurge"]) {
                fail(
                    .invalid(
                        "\(path).maxUnavailable", update["maxUnavailable"] ?? 0, "may not be 0 when `maxSurge` is 0"))
            }
        }
        let ready = spec["minReadySeconds"]?.integerValue ?? 0
        if let deadline = spec["progressDeadlineSeconds"]?.integerValue, deadline <= ready {
            fail(.invalid("spec.progressDeadlineSeconds", .integer(deadline), "must be greater than minReadySeconds"))
        }
    }

    /// A strategy of no known type; it is shown as Go writes it.
    private mutating func otherStrategy(_ strategy: JSONValue, _ path: String, _ allowed: [String]) {
        let rolling = strategy["rollingUpdate"].map { update in
            let members = ["maxUnavailable", "maxSurge"].map {
                "\"M\($0.dropFirst())\":\((update[$0] ?? 0).text())"
            }
            return "{\(members.joined(separator: ","))}"
        }
        let shown = "{\"Type\":\((strategy["type"] ?? "").text()),\"RollingUpdate\":\(rolling ?? "null")}"
        let list = allowed.map { "\"\($0)\"" }.joined(separator: ", ")
        fail(FieldError(.notSupported, path, shown: shown, "supported values: \(list)"))
    }

    private mutating func daemonSetStrategy(_ strategy: JSONValue) {
        let path = "spec.updateStrategy.rollingUpdate"
        switch strategy["type"] {
        case "OnDelete": break
        case "RollingUpdate":
            let (unavailable, surge) = (
                strategy["rollingUpdate"]?["maxUnavailable"], strategy["rollingUpdate"]?["maxSurge"]
            )
            percentage(unavailable, "\(path).maxUnavailable", atMost: true)
            percentage(surge, "\(path).maxSurge", atMost: true)
            if Self.isZero(unavailable), Self.isZero(surge) {
                fail(.required("\(path).maxUnavailable", "cannot be 0 when maxSurge is 0"))
            } else if !Self.isZero(unavailable), !Self.isZero(surge), let surge {
                fail(.invalid("\(path).maxSurge", surge, "may not be set when maxUnavailable is non-zero"))
            }
        default: otherStrategy(strategy, "spec.updateStrategy", ["RollingUpdate", "OnDelete"])
        }
    }

    private static func isZero(_ value: JSONValue?) -> Bool {
        guard let text = value?.stringValue else { return value?.integerValue ?? 0 == 0 }
        return !text.hasSuffix("%") || Int(text.dropLast()) == 0
    }

    /// A count, or a percentage of one.
    mutating func percentage(_ value: JSONValue?, _ path: String, atMost: Bool = false) {
        guard let value else { return }
        guard let text = value.stringValue else { return nonNegative(value, path) }
        if !Pattern.matches(text, "^[0-9]+%$") {
            fail(
                .invalid(
                    path, value,
                    "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or "
                        + "'93%', regex used for validation is '[0-9]+%')"))
        } else if atMost, Int(text.dropLast()) ?? 0 > 100 {
            fail(.invalid(path, value, "must not be greater than 100%"))
        }
    }
}
