import KubernetesClient

/// Quotas and limits. They are kept and checked, not enforced.
extension BuiltinValidation {
    mutating func quota(_ spec: JSONValue, _ old: JSONValue?) {
        for (name, amount) in spec["hard"]?.objectValue ?? [:] {
            let here = "spec.hard[\(name)]"
            for fault in Names.faultsOfQuotaResource(name) { fail(.invalid(here, .string(name), fault)) }
            let isCount = name.contains("/") || Names.countedResources.contains(name)
            guard let value = amount.stringValue.flatMap(Quantity.value) else { continue }
            if value < 0 { fail(.invalid(here, amount, "must be greater than or equal to 0")) }
            if isCount, value != value.rounded() { fail(.invalid(here, amount, "must be an integer")) }
        }
        let scopes = spec["scopes"]?.arrayValue ?? []
        let known: [JSONValue] = [
            "Terminating", "NotTerminating", "BestEffort", "NotBestEffort", "PriorityClass",
            "CrossNamespacePodAffinity",
            "VolumeAttributesClass",
        ]
        if !scopes.allSatisfy(known.contains) { fail(.invalid("spec.scopes", .array(scopes), "unsupported scope")) }
        for pair in [["Terminating", "NotTerminating"], ["BestEffort", "NotBestEffort"]] as [[JSONValue]]
        where pair.allSatisfy(scopes.contains) {
            fail(.invalid("spec.scopes", .array(scopes), "conflicting scopes"))
        }
        if let old, spec["scopes"] != old["scopes"] {
            fail(.invalid("spec.scopes", spec["scopes"] ?? .null, "field is immutable"))
        }
    }

    mutating func limitRange(_ spec: JSONValue) {
        var types: Set<JSONValue> = []
        for (index, limit) in (spec["limits"]?.arrayValue ?? []).enumerated() {
            let here = "spec.limits[\(index)]"
            let type = limit["type"]?.stringValue ?? ""
            if !["Container", "Pod", "PersistentVolumeClaim"].contains(type) {
                let faults = Names.faultsOfQualifiedName(type)
                let isForeign = faults.isEmpty && type.contains("/")
                let told = faults.isEmpty && !isForeign ? ["must be a standard limit type or fully qualified"] : faults
                for fault in told { fail(.invalid("\(here).type", .string(type), fault)) }
            }
            require(types.insert(.string(type)).inserted, .duplicate("\(here).type", .string(type)))
            if type == "Pod" {
                for field in ["default", "defaultRequest"] where limit[field] != nil {
                    fail(.forbidden("\(here).\(field)", "may not be specified when `type` is 'Pod'"))
                }
            }
            for field in ["max", "min", "default", "defaultRequest", "maxLimitRequestRatio"] {
                for name in (limit[field]?.objectValue ?? [:]).keys where type == "Container" {
                    for fault in Names.faultsOfContainerResource(name) {
                        fail(.invalid("\(here).\(field)[\(name)]", .string(name), fault))
                    }
                }
            }
            bounds(limit, here)
        }
    }

    /// Of a limit's numbers no lower one may be above a higher one.
    private mutating func bounds(_ limit: JSONValue, _ path: String) {
        func amount(_ field: String, _ name: String) -> (text: String, value: Double)? {
            guard let text = limit[field]?[name]?.stringValue, let value = Quantity.value(text) else { return nil }
            return (text, value)
        }
        let names = Set(["max", "min", "default", "defaultRequest"].flatMap { (limit[$0]?.objectValue ?? [:]).keys })
        let orders = [
            ("min", "max", "min", "min value", "max value"),
            ("min", "defaultRequest", "defaultRequest", "min value", "default request value"),
            ("min", "default", "default", "min value", "default value"),
            ("defaultRequest", "max", "defaultRequest", "default request value", "max value"),
            ("defaultRequest", "default", "defaultRequest", "default request value", "default limit value"),
            ("default", "max", "default", "default value", "max value"),
        ]
        for name in names {
            for (low, high, field, lowWords, highWords) in orders {
                guard let lower = amount(low, name), let upper = amount(high, name), lower.value > upper.value else {
                    continue
                }
                // Which of the two is shown follows no rule.
                let shown = field == "min" || low == "defaultRequest" ? lower.text : upper.text
                let shownHere = low == "min" && field == "default" ? lower.text : shown
                fail(
                    .invalid(
                        "\(path).\(field)[\(name)]", .string(shownHere),
                        "\(lowWords) \(lower.text) is greater than \(highWords) \(upper.text)"))
            }
        }
        for (name, ratio) in limit["maxLimitRequestRatio"]?.objectValue ?? [:] {
            guard let text = ratio.stringValue, let value = Quantity.value(text), value < 1 else { continue }
            fail(.invalid("\(path).maxLimitRequestRatio[\(name)]", ratio, "ratio \(text) is less than 1"))
        }
    }
}
