import KubernetesClient

/// What makes a schema structural: every field has one type, and what restricts values further says nothing of types.
struct StructuralSchema {
    private(set) var errors: [FieldError] = []

    private enum Level { case root, item, field }

    static func faults(_ source: JSONValue, _ path: String) -> [FieldError] {
        // A schema with what there is none for has no structure that could be checked.
        if isUnsupported(source) { return [] }
        var check = StructuralSchema()
        check.structure(source, .root, path)
        return check.errors
    }

    private static func isUnsupported(_ source: JSONValue) -> Bool {
        let own = SchemaKeywords.unsupportedFields.contains { field in
            switch source[field] {
            case nil, .null, "", .object([:]): false
            default: true
            }
        }
        if own || source["items"]?.arrayValue != nil || source["x-kubernetes-preserve-unknown-fields"] == false {
            return true
        }
        var inner = Array((source["properties"]?.objectValue ?? [:]).values)
        for name in ["allOf", "anyOf", "oneOf"] { inner += source[name]?.arrayValue ?? [] }
        for name in ["items", "additionalProperties", "not"] { if let part = source[name] { inner.append(part) } }
        return inner.contains(where: isUnsupported)
    }

    private mutating func require(_ path: String, _ detail: String) { errors.append(.required(path, detail)) }
    private mutating func forbid(_ path: String, _ detail: String) { errors.append(.forbidden(path, detail)) }

    // MARK: Structure

    private mutating func structure(_ source: JSONValue, _ level: Level, _ path: String) {
        let type = source["type"]?.stringValue ?? ""
        let properties = source["properties"]?.objectValue ?? [:]
        let isEmbedded = source["x-kubernetes-embedded-resource"] == true
        let isFree = source["x-kubernetes-int-or-string"] == true
        let isOpen = source["x-kubernetes-preserve-unknown-fields"] == true
        if let items = source["items"] {
            structure(items, .item, "\(path).items")
        } else if type == "array" {
            require("\(path).items", "must be specified")
        }
        for (name, property) in properties { structure(property, .field, "\(path).properties[\(name)]") }
        if let values = source["additionalProperties"] {
            if level == .root { forbid("\(path).additionalProperties", "must not be used at the root") }
            if values.objectValue != nil { structure(values, .field, "\(path).additionalProperties") }
            if isEmbedded {
                forbid("\(path).additionalProperties", "must not be used if x-kubernetes-embedded-resource is set")
            }
        }
        for (keyword, isSet) in [("preserve-unknown-fields", isOpen), ("embedded-resource", isEmbedded)]
        where isFree && isSet {
            errors.append(
                .invalid("\(path).x-kubernetes-\(keyword)", true, "must be false if x-kubernetes-int-or-string is true")
            )
        }
        let skips = source["anyOf"] == Self.intOrString
        let skipsFirst = source["allOf"]?[0]?["anyOf"] == Self.intOrString
        restrictions(source, path, skipAnyOf: skips, skipFirst: skipsFirst)
        if level == .root { complete(source, source, path, path) }
        if isEmbedded, type != "object" {
            let detail = "must be object if x-kubernetes-embedded-resource is true"
            if type.isEmpty {
                require("\(path).type", detail)
            } else {
                errors.append(.invalid("\(path).type", .string(type), detail))
            }
        } else if type.isEmpty, !isFree, !isOpen {
            let place =
                switch level {
                case .root: "at the root"
                case .item: "for specified array items"
                case .field: "for specified object fields"
                }
            require("\(path).type", "must not be empty \(place)")
        }
        if level == .root, !type.isEmpty, type != "object" {
            errors.append(.invalid("\(path).type", .string(type), "must be object at the root"))
        }
        metadata(properties, level == .root, isEmbedded, path)
        if isEmbedded, !isOpen, properties.isEmpty {
            require(
                "\(path).properties",
                "must not be empty if x-kubernetes-embedded-resource is true without "
                    + "x-kubernetes-preserve-unknown-fields")
        }
    }

    private static let intOrString: JSONValue = [["type": "integer"], ["type": "string"]]

    private mutating func metadata(
        _ properties: [String: JSONValue], _ isRoot: Bool, _ isEmbedded: Bool, _ path: String
    ) {
        guard isRoot || isEmbedded else { return }
        for name in ["kind", "apiVersion"] {
            if let type = properties[name].map({ $0["type"] ?? "" }), type != "string" {
                errors.append(.invalid("\(path).properties[\(name)].type", type, "must be string"))
            }
        }
        guard let metadata = properties["metadata"] else { return }
        let place = "\(path).properties[metadata]"
        if metadata["type"] != "object" {
            errors.append(.invalid("\(place).type", metadata["type"] ?? "", "must be object"))
        }
        guard isRoot else { return }
        let names = Set((metadata["properties"]?.objectValue ?? [:]).keys)
        let others = Set((metadata.objectValue ?? [:]).keys).subtracting(["type", "default", "properties"])
        if !names.isSubset(of: ["name", "generateName"]) || !others.isEmpty {
            forbid(
                place,
                "must not specify anything other than name and generateName, but metadata is implicitly specified")
        }
    }

    // MARK: Restrictions

    private mutating func restrictions(_ source: JSONValue, _ path: String, skipAnyOf: Bool, skipFirst: Bool = false) {
        for name in ["anyOf", "allOf", "oneOf"] where name != "anyOf" || !skipAnyOf {
            for (index, part) in (source[name]?.arrayValue ?? []).enumerated() {
                nested(part, "\(path).\(name)[\(index)]", skipAnyOf: name == "allOf" && index == 0 && skipFirst)
            }
        }
        if let not = source["not"] { nested(not, "\(path).not") }
        if let pattern = source["pattern"]?.stringValue, !pattern.isEmpty, let fault = Pattern.fault(pattern) {
            errors.append(
                .invalid(
                    "\(path).pattern", .string(pattern), "must be a valid regular expression, but isn't: \(fault)"))
        }
    }

    private mutating func nested(_ source: JSONValue, _ path: String, skipAnyOf: Bool = false) {
        restrictions(source, path, skipAnyOf: skipAnyOf)
        if let items = source["items"] { nested(items, "\(path).items") }
        for (name, property) in source["properties"]?.objectValue ?? [:] {
            nested(property, "\(path).properties[\(name)]")
        }
        for (field, state) in [
            ("type", "empty"), ("additionalProperties", "undefined"), ("default", "undefined"), ("title", "empty"),
            ("description", "empty"), ("nullable", "false"), ("x-kubernetes-preserve-unknown-fields", "false"),
            ("x-kubernetes-embedded-resource", "false"), ("x-kubernetes-int-or-string", "false"),
            ("x-kubernetes-list-map-keys", "empty"), ("x-kubernetes-list-type", "undefined"),
            ("x-kubernetes-map-type", "undefined"), ("x-kubernetes-validations", "empty"),
        ] {
            if state == "false", source[field] == false { continue }
            switch source[field] {
            case nil, .null, "", []: continue
            default: forbid("\(path).\(field)", "must be \(state) to be structural")
            }
        }
        if source["properties"]?["metadata"] != nil {
            forbid("\(path).properties[metadata]", "must not be specified in a nested context")
        }
    }

    /// What a restriction speaks of must be in the structure.
    private mutating func complete(_ part: JSONValue, _ structure: JSONValue, _ place: String, _ path: String) {
        var parts: [(JSONValue, String)] = []
        if let not = part["not"] { parts.append((not, "\(path).not")) }
        for name in ["allOf", "anyOf", "oneOf"] {
            for (index, inner) in (part[name]?.arrayValue ?? []).enumerated() {
                parts.append((inner, "\(path).\(name)[\(index)]"))
            }
        }
        for (inner, path) in parts { completeNested(inner, structure, place, path) }
    }

    private mutating func completeNested(_ part: JSONValue, _ structure: JSONValue, _ place: String, _ path: String) {
        complete(part, structure, place, path)
        func visit(_ inner: JSONValue, _ counterpart: JSONValue?, _ step: String) {
            if let counterpart {
                completeNested(inner, counterpart, "\(place).\(step)", "\(path).\(step)")
            } else {
                require("\(place).\(step)", "because it is defined in \(path).\(step)")
            }
        }
        if let items = part["items"] { visit(items, structure["items"], "items") }
        for (name, property) in part["properties"]?.objectValue ?? [:] {
            visit(property, structure["properties"]?[name], "properties[\(name)]")
        }
    }
}
