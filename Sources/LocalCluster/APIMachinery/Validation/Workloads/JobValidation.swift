import KubernetesClient

extension BuiltinValidation {
    mutating func job(_ spec: JSONValue, _ old: JSONValue?) {
        jobSpec(spec, "spec")
        jobSelector(spec)
        guard let old else { return }
        let suspended = old["suspend"] == true
        for field in ["selector", "completionMode", "podFailurePolicy", "backoffLimitPerIndex", "managedBy"]
            + (suspended ? [] : ["template"])
        where spec[field] != old[field] {
            fail(.invalid("spec.\(field)", spec[field] ?? .null, "field is immutable"))
        }
        if suspended, Self.fixedTemplate(spec) != Self.fixedTemplate(old) {
            fail(.invalid("spec.template.spec", spec[path: ["template", "spec"]] ?? .null, "field is immutable"))
        }
        if spec["completions"] != old["completions"] {
            if spec["completionMode"] != "Indexed" {
                fail(.invalid("spec.completions", spec["completions"] ?? .null, "field is immutable"))
            } else if spec["completions"] != spec["parallelism"] {
                fail(
                    .invalid(
                        "spec.completions", spec["completions"] ?? .null,
                        "can only be modified in tandem with spec.parallelism"))
            }
        }
    }

    /// What never changes of the pods of a Job: all but where they may run and what they need, while it is suspended.
    private static func fixedTemplate(_ job: JSONValue) -> JSONValue? {
        var spec = job[path: ["template", "spec"]]
        for field in ["nodeSelector", "tolerations", "schedulingGates"] { spec?[field] = nil }
        spec?.change("affinity") { $0["nodeAffinity"] = nil }
        if spec?["affinity"] == [:] { spec?["affinity"] = nil }
        for list in ["containers", "initContainers"] { spec?.changeEach(list) { $0["resources"] = nil } }
        return spec
    }

    private mutating func jobSelector(_ spec: JSONValue) {
        let labels = spec[path: ["template", "metadata", "labels"]] ?? .null
        guard let selector = spec["selector"] else {
            fail(.required("spec.selector"))
            return fail(
                .invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"))
        }
        expressions(selector, "spec.selector")
        if spec["manualSelector"] != true {
            let uid = labels["batch.kubernetes.io/controller-uid"] ?? labels["controller-uid"] ?? .null
            let own: [JSONValue] = ["batch.kubernetes.io/controller-uid", "controller-uid"].map {
                ["matchLabels": [$0: uid]]
            }
            require(own.contains(selector), .invalid("spec.selector", selector, "`selector` not auto-generated"))
        }
        if LabelSelector(selector)?.matches(labels.stringMapValue ?? [:]) != true {
            fail(.invalid("spec.template.metadata.labels", labels, "`selector` does not match template `labels`"))
        }
    }

    private mutating func jobSpec(_ spec: JSONValue, _ path: String) {
        template(spec, restartPolicies: ["OnFailure", "Never"], "\(path).template")
        for field in ["backoffLimitPerIndex", "maxFailedIndexes"] { nonNegative(spec[field], "\(path).\(field)") }
        choice(spec["completionMode"], "\(path).completionMode", ["NonIndexed", "Indexed"])
        let isIndexed = spec["completionMode"] == "Indexed"
        let completions = spec["completions"]?.integerValue
        if isIndexed {
            if completions == nil {
                fail(.required("\(path).completions", "when completion mode is Indexed"))
            }
            if let parallelism = spec["parallelism"], parallelism.integerValue ?? 0 > 100_000 {
                fail(
                    .invalid(
                        "\(path).parallelism", parallelism,
                        "must be less than or equal to 100000 when completion mode is Indexed"))
            }
            if let most = spec["maxFailedIndexes"], let completions, most.integerValue ?? 0 > completions {
                fail(.invalid("\(path).maxFailedIndexes", most, "must be less than or equal to completions"))
            }
        } else {
            for field in ["backoffLimitPerIndex", "maxFailedIndexes"] {
                guard let value = spec[field] else { continue }
                fail(.invalid("\(path).\(field)", value, "requires indexed completion mode"))
            }
            if let rules = spec["successPolicy"]?["rules"]?.arrayValue {
                // The policy is shown as Go writes it.
                let shown = rules.map { rule in
                    let members = ["succeededIndexes", "succeededCount"].map {
                        "\"\($0.prefix(1).uppercased())\($0.dropFirst())\":\(rule[$0]?.text() ?? "null")"
                    }
                    return "{\(members.joined(separator: ","))}"
                }
                let policy = "{\"Rules\":[\(shown.joined(separator: ","))]}"
                fail(FieldError(.invalid, "\(path).successPolicy", shown: policy, "requires indexed completion mode"))
            }
        }
        if spec["maxFailedIndexes"] != nil, spec["backoffLimitPerIndex"] == nil {
            fail(.required("\(path).backoffLimitPerIndex", "when maxFailedIndexes is specified"))
        }
        if let owner = spec["managedBy"]?.stringValue, !owner.contains("/") {
            fail(
                .invalid(
                    "\(path).managedBy", .string(owner), "must be a domain-prefixed path (such as \"acme.io/foo\")"))
        }
        let replacement = ["Failed"] + (spec["podFailurePolicy"] == nil ? ["TerminatingOrFailed"] : [])
        choice(spec["podReplacementPolicy"], "\(path).podReplacementPolicy", replacement)
        if let policy = spec["podFailurePolicy"] {
            let restart = spec[path: ["template", "spec", "restartPolicy"]] ?? ""
            if restart != "Never" {
                fail(
                    .invalid(
                        "\(path).template.spec.restartPolicy", restart,
                        "only \"Never\" is supported when podFailurePolicy is specified"))
            }
            for (index, rule) in (policy["rules"]?.arrayValue ?? []).enumerated() {
                let here = "\(path).podFailurePolicy.rules[\(index)]"
                failureRule(rule, here, countsByIndex: spec["backoffLimitPerIndex"] != nil)
            }
        }
    }

    private mutating func failureRule(_ rule: JSONValue, _ path: String, countsByIndex: Bool) {
        choice(rule["action"], "\(path).action", ["Count", "FailIndex", "FailJob", "Ignore"])
        if rule["action"] == "FailIndex", !countsByIndex {
            fail(.invalid("\(path).action", "FailIndex", "requires the backoffLimitPerIndex to be set"))
        }
        if let codes = rule["onExitCodes"] {
            choice(codes["operator"], "\(path).onExitCodes.operator", ["In", "NotIn"])
            let values = codes["values"]?.arrayValue ?? []
            if values.isEmpty { fail(.invalid("\(path).onExitCodes.values", [], "at least one value is required")) }
            for (index, code) in values.enumerated() where code == 0 && codes["operator"] == "In" {
                fail(.invalid("\(path).onExitCodes.values[\(index)]", 0, "must not be 0 for the In operator"))
            }
        }
        if rule["onExitCodes"] == nil, rule["onPodConditions"] == nil {
            fail(FieldError(.invalid, path, "specifying one of OnExitCodes and OnPodConditions is required"))
        }
    }

    mutating func cronJob(_ object: JSONValue, _ old: JSONValue?) {
        let spec = object["spec"] ?? [:]
        if let schedule = spec["schedule"]?.stringValue, !schedule.isEmpty, let fault = CronSchedule.fault(schedule) {
            fail(.invalid("spec.schedule", .string(schedule), fault))
        }
        if let zone = spec["timeZone"]?.stringValue { timeZone(zone) }
        nonNegative(spec["startingDeadlineSeconds"], "spec.startingDeadlineSeconds")
        let job = spec[path: ["jobTemplate", "spec"]] ?? [:]
        jobSpec(job, "spec.jobTemplate.spec")
        if job["manualSelector"] == true {
            let detail = "supported values: \"nil\", \"false\""
            fail(FieldError(.notSupported, "spec.jobTemplate.spec.manualSelector", shown: "true", detail))
        }
        // The Jobs' names are the CronJob's with eleven characters more.
        if old == nil, object.objectName.utf8.count > 52 {
            fail(.invalid("metadata.name", .string(object.objectName), "must be no more than 52 characters"))
        }
    }

    private mutating func timeZone(_ zone: String) {
        let path = "spec.timeZone"
        if zone.isEmpty {
            fail(.invalid(path, "", "timeZone must be nil or non-empty string"))
        } else if zone.lowercased() == "local" {
            fail(
                .invalid(
                    path, .string(zone),
                    "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"))
        } else if !Pattern.matches(zone, "^[A-Za-z_]+[-A-Za-z0-9+_]*(/[-A-Za-z0-9+_]+){0,2}$") || !TimeZones.knows(zone)
        {
            fail(.invalid(path, .string(zone), "unknown time zone \(zone)"))
        }
    }
}
