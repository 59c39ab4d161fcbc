import KubernetesClient

/// Where pods may run.
extension BuiltinValidation {
    mutating func scheduling(_ spec: JSONValue, _ path: String) {
        for (index, toleration) in (spec["tolerations"]?.arrayValue ?? []).enumerated() {
            self.toleration(toleration, "\(path).tolerations[\(index)]")
        }
        let constraints = spec["topologySpreadConstraints"]?.arrayValue ?? []
        for (index, constraint) in constraints.enumerated() {
            spread(constraint, constraints[(index + 1)...], "\(path).topologySpreadConstraints[\(index)]")
        }
        guard let affinity = spec["affinity"] else { return }
        nodeAffinity(affinity["nodeAffinity"] ?? [:], "\(path).affinity.nodeAffinity")
        for kind in ["podAffinity", "podAntiAffinity"] {
            podAffinity(affinity[kind] ?? [:], "\(path).affinity.\(kind)")
        }
    }

    mutating func toleration(_ toleration: JSONValue, _ path: String) {
        text(toleration["key"], "\(path).key", Names.faultsOfQualifiedName)
        let how = toleration["operator"] ?? ""
        if (toleration["key"]?.stringValue ?? "").isEmpty, how != "Exists" {
            fail(
                .invalid(
                    "\(path).operator", how,
                    "operator must be Exists when `key` is empty, which means \"match all values and all keys\""))
        }
        if toleration["tolerationSeconds"] != nil, toleration["effect"] != "NoExecute" {
            fail(
                .invalid(
                    "\(path).effect", toleration["effect"] ?? "",
                    "effect must be 'NoExecute' when `tolerationSeconds` is set"))
        }
        switch how {
        case "", "Equal": text(toleration["value"], "\(path).operator", Names.faultsOfLabelValue)
        case "Exists":
            if let value = toleration["value"], value != "" {
                fail(.invalid("\(path).operator", value, "value must be empty when `operator` is 'Exists'"))
            }
        default: choice(how, "\(path).operator", ["Equal", "Exists"])
        }
        choice(toleration["effect"], "\(path).effect", ["NoSchedule", "PreferNoSchedule", "NoExecute"])
    }

    private mutating func spread(_ constraint: JSONValue, _ rest: ArraySlice<JSONValue>, _ path: String) {
        if (constraint["maxSkew"]?.integerValue ?? 0) <= 0 {
            fail(.invalid("\(path).maxSkew", constraint["maxSkew"] ?? 0, "must be greater than zero"))
        }
        let key = constraint["topologyKey"]?.stringValue ?? ""
        if key.isEmpty { fail(.required("\(path).topologyKey", "can not be empty")) }
        let action = constraint["whenUnsatisfiable"] ?? ""
        choice(action, "\(path).whenUnsatisfiable", ["DoNotSchedule", "ScheduleAnyway"])
        if rest.contains(where: { $0["topologyKey"] == constraint["topologyKey"] && $0["whenUnsatisfiable"] == action })
        {
            let pair = "{\(key), \(action.stringValue ?? "")}"
            fail(.duplicate("\(path).{topologyKey, whenUnsatisfiable}", .string(pair)))
        }
        if let domains = constraint["minDomains"] {
            if (domains.integerValue ?? 0) <= 0 {
                fail(.invalid("\(path).minDomains", domains, "must be greater than zero"))
            }
            if action != "DoNotSchedule" {
                fail(
                    .invalid(
                        "\(path).minDomains", domains,
                        "can only use minDomains if whenUnsatisfiable=DoNotSchedule, not \(action.stringValue ?? "")"))
            }
        }
        for field in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            choice(constraint[field], "\(path).\(field)", ["Honor", "Ignore"])
        }
        if let selector = constraint["labelSelector"] { expressions(selector, "\(path).labelSelector") }
    }

    private mutating func nodeAffinity(_ affinity: JSONValue, _ path: String) {
        if let required = affinity["requiredDuringSchedulingIgnoredDuringExecution"] {
            nodeSelector(required, "\(path).requiredDuringSchedulingIgnoredDuringExecution")
        }
        let list = "preferredDuringSchedulingIgnoredDuringExecution"
        for (index, term) in (affinity[list]?.arrayValue ?? []).enumerated() {
            weight(term, "\(path).\(list)[\(index)]")
            nodeTerm(term["preference"] ?? [:], "\(path).\(list)[\(index)].preference")
        }
    }

    mutating func nodeSelector(_ selector: JSONValue, _ path: String) {
        let terms = selector["nodeSelectorTerms"]?.arrayValue ?? []
        if terms.isEmpty { fail(.required("\(path).nodeSelectorTerms", "must have at least one node selector term")) }
        for (index, term) in terms.enumerated() { nodeTerm(term, "\(path).nodeSelectorTerms[\(index)]") }
    }

    private mutating func weight(_ term: JSONValue, _ path: String) {
        let weight = term["weight"] ?? 0
        if !(1...100).contains(weight.integerValue ?? 0) {
            fail(.invalid("\(path).weight", weight, "must be in the range 1-100"))
        }
    }

    private mutating func nodeTerm(_ term: JSONValue, _ path: String) {
        for (index, expression) in (term["matchExpressions"]?.arrayValue ?? []).enumerated() {
            let here = "\(path).matchExpressions[\(index)]"
            let count = expression["values"]?.arrayValue?.count ?? 0
            switch expression["operator"] {
            case "In", "NotIn":
                if count == 0 {
                    fail(.required("\(here).values", "must be specified when `operator` is 'In' or 'NotIn'"))
                }
            case "Exists", "DoesNotExist":
                if count > 0 {
                    fail(
                        .forbidden(
                            "\(here).values", "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"))
                }
            case "Gt", "Lt":
                if count != 1 {
                    fail(.required("\(here).values", "must be specified single value when `operator` is 'Lt' or 'Gt'"))
                }
            default:
                fail(.invalid("\(here).operator", expression["operator"] ?? "", "not a valid selector operator"))
            }
            text(expression["key"], "\(here).key", Names.faultsOfQualifiedName)
        }
    }

    private mutating func podAffinity(_ affinity: JSONValue, _ path: String) {
        let required = "requiredDuringSchedulingIgnoredDuringExecution"
        for (index, term) in (affinity[required]?.arrayValue ?? []).enumerated() {
            podTerm(term, "\(path).\(required)[\(index)]")
        }
        let preferred = "preferredDuringSchedulingIgnoredDuringExecution"
        for (index, term) in (affinity[preferred]?.arrayValue ?? []).enumerated() {
            weight(term, "\(path).\(preferred)[\(index)]")
            podTerm(term["podAffinityTerm"] ?? [:], "\(path).\(preferred)[\(index)].podAffinityTerm")
        }
    }

    private mutating func podTerm(_ term: JSONValue, _ path: String) {
        for field in ["labelSelector", "namespaceSelector"] {
            if let selector = term[field] { expressions(selector, "\(path).\(field)") }
        }
        for name in term["namespaces"]?.arrayValue ?? [] { text(name, "\(path).namespace", Names.faultsOfLabel) }
        let key = term["topologyKey"]?.stringValue ?? ""
        if key.isEmpty { fail(.required("\(path).topologyKey", "can not be empty")) }
        for fault in Names.faultsOfQualifiedName(key) { fail(.invalid("\(path).topologyKey", .string(key), fault)) }
    }
}
