import KubernetesClient

extension CustomResourceDefinitions {
    /// Everything wrong with a definition, its schemas and CEL rules included.
    static func faults(_ crd: JSONValue, old: JSONValue?) -> [FieldError] {
        let spec = crd["spec"] ?? [:]
        var errors: [FieldError] = []
        let group = spec["group"]?.stringValue ?? ""
        let plural = spec[path: ["names", "plural"]]?.stringValue ?? ""
        if group.isEmpty {
            errors.append(.required("spec.group"))
        } else if case let faults = Names.faultsOfSubdomain(group), !faults.isEmpty {
            errors.append(.invalid("spec.group", .string(group), faults.joined(separator: ",")))
        } else if !group.contains(".") {
            errors.append(.invalid("spec.group", .string(group), "should be a domain with at least one dot"))
        }
        if old == nil, crd.objectName != "\(plural).\(group)" {
            errors.append(
                .invalid("metadata.name", .string(crd.objectName), "must be spec.names.plural+\".\"+spec.group"))
        }
        errors += choice(spec["scope"], "spec.scope", ["Cluster", "Namespaced"])
        if spec["preserveUnknownFields"] == true {
            if (spec["versions"]?.arrayValue ?? []).contains(where: { hasDefaults($0["schema"] ?? .null) }) {
                errors.append(
                    .invalid(
                        "spec.preserveUnknownFields", true, "must be false in order to use defaults in the schema"))
            }
            errors.append(
                .invalid(
                    "spec.preserveUnknownFields", true,
                    "cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema "
                        + "instead"))
        }
        errors += conversionFaults(spec["conversion"] ?? ["strategy": "None"])
        errors += nameFaults(spec["names"] ?? [:])
        errors += versionFaults(spec, old: old?["spec"])
        errors += storedVersionFaults(crd, spec)
        if let old { errors += immutabilityFaults(crd, old) }
        if isProtected(group), old == nil { errors += approvalFaults(crd) }
        return errors
    }

    private static func choice(_ value: JSONValue?, _ path: String, _ allowed: [String]) -> [FieldError] {
        let text = value?.stringValue ?? ""
        if text.isEmpty { return [.required(path)] }
        return allowed.contains(text) ? [] : [.notSupported(path, .string(text), allowed)]
    }

    private static func hasDefaults(_ schema: JSONValue) -> Bool {
        switch schema {
        case .object(let members): members["default"] != nil || members.values.contains(where: hasDefaults)
        case .array(let elements): elements.contains(where: hasDefaults)
        default: false
        }
    }

    /// Nothing here calls webhooks: a definition that needs one is refused rather than served wrongly.
    private static func conversionFaults(_ conversion: JSONValue) -> [FieldError] {
        let path = "spec.conversion"
        if conversion["strategy"] == "Webhook" { return [.notSupported("\(path).strategy", "Webhook", ["None"])] }
        var errors = choice(conversion["strategy"], "\(path).strategy", ["None", "Webhook"])
        let detail = "should not be set when strategy is not set to Webhook"
        if conversion["webhook"]?["clientConfig"] != nil {
            errors.append(.forbidden("\(path).webhookClientConfig", detail))
        }
        if let versions = conversion["webhook"]?["conversionReviewVersions"]?.arrayValue, !versions.isEmpty {
            errors.append(.forbidden("\(path).conversionReviewVersions", detail))
        }
        return errors
    }

    private static func nameFaults(_ names: JSONValue) -> [FieldError] {
        var errors: [FieldError] = []
        for field in ["plural", "singular", "kind", "listKind"] {
            let text = names[field]?.stringValue ?? ""
            let path = "spec.names.\(field)"
            if text.isEmpty {
                errors.append(.required(path))
                continue
            }
            let isKind = field.lowercased().hasSuffix("kind")
            let faults = Names.faultsOfLabel1035(isKind ? text.lowercased() : text).joined(separator: ",")
            if faults.isEmpty { continue }
            let prefix = isKind ? "may have mixed case, but should otherwise match: " : ""
            errors.append(.invalid(path, .string(text), prefix + faults))
        }
        if let kind = names["kind"], kind != "", kind == names["listKind"] {
            errors.append(.invalid("spec.names.listKind", kind, "kind and listKind may not be the same"))
        }
        for field in ["shortNames", "categories"] {
            for (index, name) in (names[field]?.arrayValue?.compactMap(\.stringValue) ?? []).enumerated() {
                let faults = Names.faultsOfLabel1035(name).joined(separator: ",")
                if faults.isEmpty { continue }
                errors.append(.invalid("spec.names.\(field)[\(index)]", .string(name), faults))
            }
        }
        return errors
    }

    private static func storedVersionFaults(_ crd: JSONValue, _ spec: JSONValue) -> [FieldError] {
        let versions = spec["versions"]?.arrayValue ?? []
        let stored = crd[path: ["status", "storedVersions"]]?.arrayValue ?? []
        if stored.isEmpty {
            return [.invalid("status.storedVersions", .null, "must have at least one stored version")]
        }
        let names = versions.map { $0["name"] ?? "" }
        var errors = versions.filter { $0["storage"] == true && !stored.contains($0["name"] ?? "") }.map {
            FieldError.invalid(
                "status.storedVersions", .array(stored),
                "must have the storage version \($0["name"]?.stringValue ?? "")")
        }
        for (index, version) in stored.enumerated() where !names.contains(version) {
            let name = version.stringValue ?? ""
            errors.append(
                .invalid(
                    "status.storedVersions[\(index)]", version,
                    "missing from spec.versions; \(name) was previously a storage version, and must remain in "
                        + "spec.versions until a storage migration ensures no data remains persisted in \(name) and "
                        + "removes \(name) from status.storedVersions"))
        }
        return errors
    }

    private static func immutabilityFaults(_ crd: JSONValue, _ old: JSONValue) -> [FieldError] {
        let isEstablished = old[path: ["status", "conditions"]]?.arrayValue?.contains {
            $0["type"] == "Established" && $0["status"] == "True"
        }
        var fields = [["spec", "group"], ["spec", "names", "plural"]]
        if isEstablished == true { fields += [["spec", "scope"], ["spec", "names", "kind"]] }
        return fields.filter { crd[path: $0] != old[path: $0] }.map {
            .invalid($0.joined(separator: "."), crd[path: $0] ?? .null, "field is immutable")
        }
    }

    // MARK: Protected groups

    static let approval = "api-approved.kubernetes.io"

    static func isProtected(_ group: String) -> Bool {
        ["k8s.io", "kubernetes.io"].contains { group == $0 || group.hasSuffix(".\($0)") }
    }

    private static func approvalFaults(_ crd: JSONValue) -> [FieldError] {
        let path = "metadata.annotations[\(approval)]"
        let text = crd[path: ["metadata", "annotations", approval]]?.stringValue ?? ""
        if text.isEmpty {
            return [
                .required(
                    path,
                    "protected groups must have approval annotation \"\(approval)\", see "
                        + "https://github.com/kubernetes/enhancements/pull/1111")
            ]
        }
        if text.hasPrefix("unapproved") || CELURL(text).map({ !$0.host.isEmpty && !$0.scheme.isEmpty }) == true {
            return []
        }
        return [
            .invalid(
                path, .string(text),
                "protected groups must have approval annotation \"\(approval)\" with either a URL or a reason starting "
                    + "with \"unapproved\", see https://github.com/kubernetes/enhancements/pull/1111")
        ]
    }
}
