import KubernetesClient

extension CustomResourceDefinitions {
    /// Everything wrong with a definition, its structural schemas and CEL rules included.
    static func faults(_ crd: JSONValue, old: JSONValue?) -> [FieldError] {
        let spec = crd["spec"] ?? [:]
        var errors: [FieldError] = []
        let group = spec["group"]?.stringValue ?? ""
        let plural = spec[path: ["names", "plural"]]?.stringValue ?? ""
        if group.isEmpty {
            errors.append(.required("spec.group"))
        } else {
            errors += Names.faultsOfSubdomain(group).map { .invalid("spec.group", .string(group), $0) }
            if !group.contains(".") {
                errors.append(.invalid("spec.group", .string(group), "should be a domain with at least one dot"))
            }
        }
        if crd.objectName != "\(plural).\(group)" {
            errors.append(
                .invalid(
                    "metadata.name", .string(crd.objectName), "must be spec.names.plural+\".\"+spec.group"))
        }
        let scope = spec["scope"] ?? ""
        if scope == "" {
            errors.append(.required("spec.scope"))
        } else if scope != "Namespaced", scope != "Cluster" {
            errors.append(.notSupported("spec.scope", scope, ["Cluster", "Namespaced"]))
        }
        if spec["preserveUnknownFields"] == true {
            errors.append(
                .invalid("spec.preserveUnknownFields", true, "must be false in order to use defaults in the schema"))
        }
        // Nothing here calls webhooks.
        if let strategy = spec[path: ["conversion", "strategy"]], strategy != "None" {
            errors.append(.notSupported("spec.conversion.strategy", strategy, ["None"]))
        }
        errors += nameFaults(spec["names"] ?? [:])
        errors += versionFaults(spec, crd)
        if let old, old[path: ["status", "conditions"]]?.arrayValue?.contains(where: isEstablished) == true {
            for path in [
                ["spec", "group"], ["spec", "scope"], ["spec", "names", "plural"], ["spec", "names", "kind"],
            ]
            where crd[path: path] != old[path: path] {
                errors.append(.invalid(path.joined(separator: "."), crd[path: path] ?? .null, "field is immutable"))
            }
        }
        return errors
    }

    private static func isEstablished(_ condition: JSONValue) -> Bool {
        condition["type"] == "Established" && condition["status"] == "True"
    }

    private static func nameFaults(_ names: JSONValue) -> [FieldError] {
        var errors: [FieldError] = []
        for field in ["plural", "singular", "kind", "listKind"] {
            let text = names[field]?.stringValue ?? ""
            let path = "spec.names.\(field)"
            if text.isEmpty {
                errors.append(.required(path))
            } else if field.lowercased().hasSuffix("kind") {
                errors += Names.faultsOfLabel1035(text.lowercased()).map {
                    .invalid(path, .string(text), "may have mixed case, but should otherwise match: \($0)")
                }
            } else {
                errors += Names.faultsOfLabel1035(text).map { .invalid(path, .string(text), $0) }
            }
        }
        if let kind = names["kind"], kind == names["listKind"] {
            errors.append(.invalid("spec.names.listKind", kind, "kind and listKind may not be the same"))
        }
        for (index, name) in (names["shortNames"]?.arrayValue?.compactMap(\.stringValue) ?? []).enumerated() {
            errors += Names.faultsOfLabel1035(name).map {
                .invalid("spec.names.shortNames[\(index)]", .string(name), $0)
            }
        }
        return errors
    }

    private static func versionFaults(_ spec: JSONValue, _ crd: JSONValue) -> [FieldError] {
        let versions = spec["versions"]?.arrayValue ?? []
        var errors: [FieldError] = []
        if versions.isEmpty {
            return [.required("spec.versions", "must have exactly one version marked as storage version")]
        }
        if versions.filter({ $0["storage"] == true }).count != 1 {
            errors.append(
                .invalid(
                    "spec.versions", spec["versions"] ?? .null,
                    "must have exactly one version marked as storage version"))
        }
        let names = versions.map { $0["name"] ?? "" }
        for (index, name) in names.enumerated() {
            let text = name.stringValue ?? ""
            errors += Names.faultsOfLabel1035(text).map { .invalid("spec.versions[\(index)].name", name, $0) }
            if names[..<index].contains(name) {
                errors.append(.invalid("spec.versions", spec["versions"] ?? .null, "must contain unique version names"))
            }
        }
        for (index, stored) in (crd[path: ["status", "storedVersions"]]?.arrayValue ?? []).enumerated()
        where !names.contains(stored) {
            errors.append(
                .invalid(
                    "status.storedVersions[\(index)]", stored,
                    "missing from spec.versions; \(stored.stringValue ?? "") was previously a storage version, and must "
                        + "remain in spec.versions until a storage migration ensures no data remains persisted in "
                        + "\(stored.stringValue ?? "") and removes \(stored.stringValue ?? "") from status.storedVersions"
                ))
        }
        // As in Kubernetes, a schema that all versions share is said to stand in spec.validation.
        let schemas = versions.map { $0["schema"] }
        let shared = schemas.allSatisfy { $0 == schemas[0] }
        for (index, version) in (shared ? Array(versions.prefix(1)) : versions).enumerated() {
            let here = "spec.versions[\(index)]"
            errors += schemaFaults(
                version, shared ? "spec.validation.openAPIV3Schema" : "\(here).schema.openAPIV3Schema")
        }
        for (index, version) in versions.enumerated() { errors += columnFaults(version, "spec.versions[\(index)]") }
        return errors
    }

    private static func schemaFaults(_ version: JSONValue, _ path: String) -> [FieldError] {
        guard let source = version[path: ["schema", "openAPIV3Schema"]], source.objectValue != nil else {
            return [.required(path, "schemas are required")]
        }
        var reader = OpenAPISchemaReader()
        let schema = reader.read(source, path)
        var errors = reader.errors
        let type = source["type"] ?? ""
        if type == "" {
            errors.append(.required("\(path).type", "must not be empty at the root"))
        } else if type != "object" {
            errors.append(.invalid("\(path).type", type, "must be object at the root"))
        }
        if errors.isEmpty { errors += ValidationRules.faults(of: schema, path: path) }
        return errors
    }

    private static func columnFaults(_ version: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        let types = ["boolean", "date", "integer", "number", "string"]
        for (index, column) in (version["additionalPrinterColumns"]?.arrayValue ?? []).enumerated() {
            let here = "\(path).additionalPrinterColumns[\(index)]"
            if (column["name"]?.stringValue ?? "").isEmpty { errors.append(.required("\(here).name")) }
            let type = column["type"]?.stringValue ?? ""
            if type.isEmpty {
                errors.append(.required("\(here).type", "must be one of \(types.joined(separator: ","))"))
            } else if !types.contains(type) {
                errors.append(.invalid("\(here).type", .string(type), "must be one of \(types.joined(separator: ","))"))
            }
            let text = column["jsonPath"]?.stringValue ?? ""
            if text.isEmpty {
                errors.append(.required("\(here).jsonPath"))
            } else if JSONPath(text) == nil {
                errors.append(.invalid("\(here).jsonPath", .string(text), "is an invalid JSONPath"))
            }
        }
        if let scale = version[path: ["subresources", "scale"]] {
            for (field, root) in [("specReplicasPath", ".spec"), ("statusReplicasPath", ".status")] {
                let text = scale[field]?.stringValue ?? ""
                if text.isEmpty {
                    errors.append(.required("\(path).subresources.scale.\(field)"))
                } else if !text.hasPrefix(root + ".") {
                    errors.append(
                        .invalid(
                            "\(path).subresources.scale.\(field)", .string(text),
                            "should be a json path under \(root)"))
                }
            }
        }
        return errors
    }
}
