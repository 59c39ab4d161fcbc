import KubernetesClient

/// Roles, bindings and questions about access.
extension BuiltinValidation {
    mutating func role(_ object: JSONValue, _ kind: String) {
        for (index, selector) in (object[path: ["aggregationRule", "clusterRoleSelectors"]]?.arrayValue ?? [])
            .enumerated()
        {
            expressions(selector, "aggregationRule.clusterRoleSelectors[\(index)]")
        }
        for (index, rule) in (object["rules"]?.arrayValue ?? []).enumerated() {
            let here = "rules[\(index)]"
            func isEmpty(_ field: String) -> Bool { rule[field]?.arrayValue?.isEmpty ?? true }
            if isEmpty("verbs") { fail(.required("\(here).verbs", "verbs must contain at least one value")) }
            if let urls = rule["nonResourceURLs"], urls != [] {
                if kind == "Role" {
                    fail(
                        .invalid(
                            "\(here).nonResourceURLs", urls, "namespaced rules cannot apply to non-resource URLs"))
                }
                if ["apiGroups", "resources", "resourceNames"].contains(where: { !isEmpty($0) }) {
                    fail(
                        .invalid(
                            "\(here).nonResourceURLs", urls,
                            "rules cannot apply to both regular resources and non-resource URLs"))
                }
                continue
            }
            if isEmpty("apiGroups") {
                fail(.required("\(here).apiGroups", "resource rules must supply at least one api group"))
            }
            if isEmpty("resources") {
                fail(.required("\(here).resources", "resource rules must supply at least one resource"))
            }
        }
    }

    mutating func binding(_ object: JSONValue, _ old: JSONValue?, _ kind: String) {
        let role = object["roleRef"] ?? [:]
        func part(_ field: String) -> String { role[field]?.stringValue ?? "" }
        if let old, old["roleRef"] != role {
            let shown =
                "{\"APIGroup\":\"\(part("apiGroup"))\",\"Kind\":\"\(part("kind"))\",\"Name\":\"\(part("name"))\"}"
            fail(FieldError(.invalid, "roleRef", shown: shown, "cannot change roleRef"))
        }
        let group = "rbac.authorization.k8s.io"
        choice(role["apiGroup"] ?? "", "roleRef.apiGroup", [group])
        choice(
            .string(part("kind")), "roleRef.kind", kind == "RoleBinding" ? ["Role", "ClusterRole"] : ["ClusterRole"])
        if part("name").isEmpty { fail(.required("roleRef.name")) }
        text(role["name"], "roleRef.name", Names.faultsOfPathSegment)
        for (index, subject) in (object["subjects"]?.arrayValue ?? []).enumerated() {
            let here = "subjects[\(index)]"
            if (subject["name"]?.stringValue ?? "").isEmpty { fail(.required("\(here).name")) }
            switch subject["kind"] {
            case "ServiceAccount":
                text(subject["name"], "\(here).name", Names.faultsOfSubdomain)
                if kind == "ClusterRoleBinding", (subject["namespace"]?.stringValue ?? "").isEmpty {
                    fail(.required("\(here).namespace"))
                }
                choice(subject["apiGroup"], "\(here).apiGroup", [""])
            case "User", "Group": choice(subject["apiGroup"] ?? "", "\(here).apiGroup", [group])
            default: choice(subject["kind"] ?? "", "\(here).kind", ["ServiceAccount", "User", "Group"])
            }
        }
    }

    /// Whether a question about access can be answered.
    mutating func review(_ object: JSONValue, _ kind: String) {
        guard kind.hasSuffix("AccessReview") else { return }
        let spec = object["spec"] ?? [:]
        let (resource, other) = (spec["resourceAttributes"], spec["nonResourceAttributes"])
        if resource == nil, other == nil {
            let detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
            fail(.invalid("spec.resourceAttributes", .null, detail))
        } else if resource != nil, let other {
            let detail = "cannot be specified in combination with resourceAttributes"
            fail(FieldError(.invalid, "spec.nonResourceAttributes", shown: Self.goStruct(other), detail))
        }
        for field in ["fieldSelector", "labelSelector"] {
            let selector = resource?[field]
            guard let raw = selector?["rawSelector"], raw != "", selector?["requirements"] != nil else { continue }
            let path = "spec.resourceAttributes.\(field).rawSelector"
            fail(.invalid(path, raw, "may not specified at the same time as requirements"))
        }
        guard kind != "SelfSubjectAccessReview" else { return }
        if (spec["user"]?.stringValue ?? "").isEmpty, spec["groups"]?.arrayValue?.isEmpty ?? true {
            fail(.invalid("spec.user", "", "at least one of user or group must be specified"))
        }
        guard kind == "LocalSubjectAccessReview" else { return }
        let namespace = object[path: ["metadata", "namespace"]] ?? ""
        if let resource, resource["namespace"] ?? "" != namespace {
            fail(
                .invalid(
                    "spec.resourceAttributes.namespace", resource["namespace"] ?? "", "must match metadata.namespace"))
        }
        if let other {
            let detail = "disallowed on this kind of request"
            fail(FieldError(.invalid, "spec.nonResourceAttributes", shown: Self.goStruct(other), detail))
        }
    }

    private static func goStruct(_ attributes: JSONValue) -> String {
        goStruct([("Path", attributes["path"] ?? ""), ("Verb", attributes["verb"] ?? "")])
    }

    mutating func lease(_ spec: JSONValue) {
        if let duration = spec["leaseDurationSeconds"], (duration.integerValue ?? 0) <= 0 {
            fail(.invalid("spec.leaseDurationSeconds", duration, "must be greater than 0"))
        }
        nonNegative(spec["leaseTransitions"], "spec.leaseTransitions")
    }
}
