import KubernetesClient

/// What single keywords of a schema must be, by themselves and together.
enum SchemaKeywords {
    static func faults(_ source: JSONValue, _ path: String) -> [FieldError] {
        unsupported(source, path) + maps(source, path) + lists(source, path)
    }

    static let unsupportedFields = [
        "id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref",
    ]

    private static func unsupported(_ source: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        let types = ["array", "boolean", "integer", "number", "object", "string"]
        if let type = source["type"]?.stringValue, !type.isEmpty, !types.contains(type) {
            errors.append(.notSupported("\(path).type", .string(type), types))
            if type == "null" {
                errors.append(
                    .forbidden("\(path).type", "type cannot be set to null, use nullable as an alternative"))
            }
        }
        for field in unsupportedFields {
            switch source[field] {
            case nil, .null, "": continue
            case .object([:]) where field == "patternProperties" || field == "definitions": continue
            default: errors.append(.forbidden("\(path).\(field)", "\(field) is not supported"))
            }
        }
        if source["items"]?.arrayValue != nil {
            errors.append(.forbidden("\(path).items", "items must be a schema object and not an array"))
        }
        if source["uniqueItems"] == true {
            errors.append(
                .forbidden(
                    "\(path).uniqueItems",
                    "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"))
        }
        if source["x-kubernetes-preserve-unknown-fields"] == false {
            errors.append(.invalid("\(path).x-kubernetes-preserve-unknown-fields", false, "must be true or undefined"))
        }
        return errors
    }

    /// The error of a keyword that another type is needed for.
    private static func typeFault(_ source: JSONValue, _ path: String, _ detail: String) -> FieldError {
        let type = source["type"] ?? ""
        return type == "" ? .required("\(path).type", detail) : .invalid("\(path).type", type, detail)
    }

    private static func maps(_ source: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        if let values = source["additionalProperties"], !(source["properties"]?.objectValue ?? [:]).isEmpty,
            values != true
        {
            errors.append(
                .forbidden("\(path).additionalProperties", "additionalProperties and properties are mutual exclusive"))
        }
        if let kind = source["x-kubernetes-map-type"] {
            if source["type"] != "object" {
                errors.append(typeFault(source, path, "must be object if x-kubernetes-map-type is specified"))
            }
            if kind != "atomic", kind != "granular" {
                errors.append(.notSupported("\(path).x-kubernetes-map-type", kind, ["atomic", "granular"]))
            }
        }
        return errors
    }

    private static func lists(_ source: JSONValue, _ path: String) -> [FieldError] {
        let kind = source["x-kubernetes-list-type"]?.stringValue
        let keys = source["x-kubernetes-list-map-keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let items = source["items"] ?? .null
        var errors: [FieldError] = []
        if let kind {
            if source["type"] != "array" {
                errors.append(typeFault(source, path, "must be array if x-kubernetes-list-type is specified"))
            } else if kind == "set" {
                errors += setFaults(items, "\(path).items")
            }
            if !["atomic", "set", "map"].contains(kind) {
                errors.append(
                    .notSupported("\(path).x-kubernetes-list-type", .string(kind), ["atomic", "set", "map"]))
            }
        }
        if !keys.isEmpty, kind != "map" {
            let detail = "must be map if x-kubernetes-list-map-keys is non-empty"
            errors.append(
                kind.map { .invalid("\(path).x-kubernetes-list-type", .string($0), detail) }
                    ?? .required("\(path).x-kubernetes-list-type", detail))
        }
        if kind == "map" { errors += keyFaults(keys, items, path) }
        if kind == "map" || kind == "set", items["nullable"] == true {
            errors.append(
                .forbidden("\(path).items.nullable", "cannot be nullable when x-kubernetes-list-type is \(kind ?? "")"))
        }
        return errors
    }

    private static func setFaults(_ items: JSONValue, _ path: String) -> [FieldError] {
        let detail = "must be atomic as item of a list with x-kubernetes-list-type=set"
        let kind = items["x-kubernetes-list-type"] ?? .null
        switch items["type"] {
        case "array" where kind != .null && kind != "atomic":
            return [.invalid("\(path).x-kubernetes-list-type", kind, detail)]
        case "object" where items["x-kubernetes-map-type"] != "atomic":
            return [.invalid("\(path).x-kubernetes-map-type", kind, detail)]
        default: return []
        }
    }

    private static func keyFaults(_ keys: [String], _ items: JSONValue, _ path: String) -> [FieldError] {
        let place = "\(path).x-kubernetes-list-map-keys"
        var errors: [FieldError] = []
        if keys.isEmpty { errors.append(.required(place, "must not be empty if x-kubernetes-list-type is map")) }
        if items.isNull {
            errors.append(.required("\(path).items", "must have a schema if x-kubernetes-list-type is map"))
            return errors
        }
        guard items["type"] == "object" else {
            errors.append(
                .invalid(
                    "\(path).items.type", items["type"] ?? "",
                    "must be object if parent array's x-kubernetes-list-type is map"))
            return errors
        }
        let required = items["required"]?.arrayValue ?? []
        for (index, key) in keys.enumerated() {
            if keys[..<index].contains(key) {
                errors.append(.invalid(place, JSONValue(keys), "must not contain duplicate entries"))
            }
            guard let property = items["properties"]?[key] else {
                errors.append(.invalid(place, JSONValue(keys), "entries must all be names of item properties"))
                continue
            }
            let here = "\(path).items.properties[\(key)]"
            if property["type"] == "array" || property["type"] == "object" {
                errors.append(
                    .invalid(
                        "\(here).type", "object",
                        "must be a scalar type if parent array's x-kubernetes-list-type is map"))
            }
            let why = "this property is in x-kubernetes-list-map-keys, so it"
            if !required.contains(.string(key)), property["default"] ?? .null == .null {
                errors.append(.required("\(here).default", "\(why) must have a default or be a required property"))
            }
            if property["nullable"] == true {
                errors.append(.forbidden("\(here).nullable", "\(why) cannot be nullable"))
            }
        }
        return errors
    }
}

/// What an entry of `x-kubernetes-validations` must be before it is compiled.
enum RuleKeywords {
    static func faults(_ source: JSONValue, _ schema: JSONValue, _ path: String) -> [FieldError] {
        let rule = OpenAPISchemaReader.rule(source)
        let text = rule.rule.trimmingWhitespace()
        let message = (rule.message ?? "").trimmingWhitespace()
        var errors: [FieldError] = []
        func breaks(_ text: String) -> Bool { text.contains { $0.isNewline } }
        if text.isEmpty {
            errors.append(.required("\(path).rule", "rule is not specified"))
        } else if let own = rule.message, !own.isEmpty, message.isEmpty {
            errors.append(.invalid("\(path).message", .string(own), "must be non-empty if specified"))
        } else if breaks(message) {
            errors.append(.invalid("\(path).message", .string(rule.message ?? ""), "must not contain line breaks"))
        } else if breaks(text), message.isEmpty {
            errors.append(.required("\(path).message", "message must be specified if rule contains line breaks"))
        }
        if let expression = rule.messageExpression, !expression.isEmpty, expression.trimmingWhitespace().isEmpty {
            errors.append(
                .required("\(path).messageExpression", "messageExpression must be non-empty if specified"))
        }
        if let reason = rule.reason, rule.kind == nil {
            errors.append(
                .notSupported(
                    "\(path).reason", .string(reason),
                    ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"]))
        }
        guard let field = rule.fieldPath, !field.isEmpty else { return errors }
        let place = "\(path).fieldPath"
        if field.trimmingWhitespace().isEmpty {
            errors.append(.invalid(place, .string(field), "must be non-empty if specified"))
        }
        if breaks(field) { errors.append(.invalid(place, .string(field), "must not contain line breaks")) }
        if (try? RuleFieldPath.resolve(field, OpenAPISchemaReader.read(schema))) == nil {
            errors.append(.invalid(place, .string(field), "must be a valid path"))
        }
        return errors
    }
}

/// The defaults of a schema must be what their own schema allows.
enum DefaultValidation {
    static func faults(_ source: JSONValue, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        visit(source, OpenAPISchemaReader.read(source), path, &errors)
        return errors
    }

    private static func visit(_ source: JSONValue, _ schema: Schema, _ path: String, _ errors: inout [FieldError]) {
        if let value = schema.defaultValue { errors += faults(value, schema, "\(path).default") }
        if let items = schema.items, let inner = source["items"] { visit(inner, items, "\(path).items", &errors) }
        for (name, property) in schema.properties {
            guard let inner = source["properties"]?[name] else { continue }
            visit(inner, property, "\(path).properties[\(name)]", &errors)
        }
    }

    private static func faults(_ value: JSONValue, _ schema: Schema, _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        var unknown: [String] = []
        if schema.pruned(value, unknown: &unknown) != value {
            errors.append(.invalid(path, value, "must not have unknown fields"))
        }
        let embedded = EmbeddedResources.faults(value, schema, path: path)
        if !embedded.isEmpty { return errors + embedded }
        let structure = StructuralValidation.faults(value, schema, root: path)
        if !structure.isEmpty { return errors + structure }
        // A rule that cannot be compiled is told where it stands.
        guard let rules = try? ValidationRules(schema, isRoot: false), !rules.isEmpty else { return errors }
        let unchanged = rules.outcome(value, old: value, path: path).errors
        return errors + (unchanged.isEmpty ? rules.outcome(value, old: nil, path: path).errors : unchanged)
    }
}
