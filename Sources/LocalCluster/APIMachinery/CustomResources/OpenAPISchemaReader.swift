import KubernetesClient

/// Reads the `openAPIV3Schema` of a definition, telling what is not allowed in a structural schema.
struct OpenAPISchemaReader {
    private(set) var errors: [FieldError] = []

    mutating func read(_ source: JSONValue, _ path: String) -> Schema {
        let type = source["type"]?.stringValue ?? ""
        let intOrString = source["x-kubernetes-int-or-string"] == true
        var fields = Schema.Fields(intOrString ? .intOrString : Schema.Kind(rawValue: type) ?? .any)
        fields.source = source
        if !type.isEmpty, Schema.Kind(rawValue: type) == nil || type == "any" || type == "intOrString" {
            errors.append(
                .notSupported(
                    "\(path).type", .string(type), ["array", "boolean", "integer", "number", "object", "string"]))
        }
        for (name, property) in (source["properties"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
            fields.properties[name] = member(property, "\(path).properties[\(name)]")
        }
        switch source["additionalProperties"] {
        case .bool(true): fields.additionalProperties = Schema(.any) { $0.preservesUnknownFields = true }
        case .some(let values) where values.objectValue != nil:
            fields.additionalProperties = member(values, "\(path).additionalProperties")
        default: break
        }
        if fields.additionalProperties != nil, !fields.properties.isEmpty {
            errors.append(
                .forbidden("\(path).additionalProperties", "additionalProperties and properties are mutual exclusive"))
        }
        if let items = source["items"] {
            fields.items = member(items, "\(path).items")
        } else if type == "array" {
            errors.append(.required("\(path).items", "must be specified"))
        }
        fields.required = source["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
        fields.format = source["format"]?.stringValue
        fields.nullable = source["nullable"] == true
        fields.description = source["description"]?.stringValue
        fields.preservesUnknownFields = source["x-kubernetes-preserve-unknown-fields"] == true
        fields.embeddedResource = source["x-kubernetes-embedded-resource"] == true
        fields.atomicMap = source["x-kubernetes-map-type"] == "atomic"
        fields.bounds = bounds(source, path)
        fields.validations = rules(source, path)
        listType(source, path, &fields)
        defaultValue(source, path, &fields)
        if fields.kind == .any, !fields.preservesUnknownFields { fields.preservesUnknownFields = type.isEmpty }
        return Schema(fields)
    }

    /// A schema below the root: it needs a type unless anything is allowed.
    private mutating func member(_ source: JSONValue, _ path: String) -> Schema {
        let free =
            source["x-kubernetes-preserve-unknown-fields"] == true || source["x-kubernetes-int-or-string"] == true
        if (source["type"]?.stringValue ?? "").isEmpty, !free {
            let place =
                path.hasSuffix("]") ? "object fields" : path.hasSuffix(".items") ? "array items" : "object fields"
            errors.append(.required("\(path).type", "must not be empty for specified \(place)"))
        }
        if source["x-kubernetes-embedded-resource"] == true, source["properties"] == nil,
            source["x-kubernetes-preserve-unknown-fields"] != true
        {
            errors.append(
                .required(
                    "\(path).properties",
                    "must not be empty if x-kubernetes-embedded-resource is true without "
                        + "x-kubernetes-preserve-unknown-fields"))
        }
        return read(source, path)
    }

    private mutating func bounds(_ source: JSONValue, _ path: String) -> Schema.Bounds {
        var bounds = Schema.Bounds()
        bounds.enumeration = source["enum"]?.arrayValue
        bounds.pattern = source["pattern"]?.stringValue
        if let pattern = bounds.pattern, !Pattern.isValid(pattern) {
            errors.append(
                .invalid("\(path).pattern", .string(pattern), "must be a valid regular expression, but isn't"))
        }
        bounds.minimum = source["minimum"]?.doubleValue
        bounds.maximum = source["maximum"]?.doubleValue
        bounds.exclusiveMinimum = source["exclusiveMinimum"] == true
        bounds.exclusiveMaximum = source["exclusiveMaximum"] == true
        bounds.multipleOf = source["multipleOf"]?.doubleValue
        bounds.minLength = source["minLength"]?.intValue
        bounds.maxLength = source["maxLength"]?.intValue
        bounds.minItems = source["minItems"]?.intValue
        bounds.maxItems = source["maxItems"]?.intValue
        bounds.minProperties = source["minProperties"]?.intValue
        bounds.maxProperties = source["maxProperties"]?.intValue
        bounds.allOf = junctors(source, "allOf", path)
        bounds.anyOf = junctors(source, "anyOf", path)
        bounds.oneOf = junctors(source, "oneOf", path)
        bounds.not = source["not"].map { junctor($0, "\(path).not") }
        for (field, text) in [
            ("$ref", "$ref is not supported"),
            ("uniqueItems", "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"),
        ]
        where source[field] != nil && source[field] != false {
            errors.append(.forbidden("\(path).\(field)", text))
        }
        if source["x-kubernetes-preserve-unknown-fields"] == false {
            errors.append(.invalid("\(path).x-kubernetes-preserve-unknown-fields", false, "must be true or undefined"))
        }
        return bounds
    }

    private mutating func junctors(_ source: JSONValue, _ name: String, _ path: String) -> [Schema] {
        (source[name]?.arrayValue ?? []).enumerated().map { junctor($0.element, "\(path).\(name)[\($0.offset)]") }
    }

    /// A schema within allOf, anyOf, oneOf or not: it only restricts, and may not say what a structure has.
    private mutating func junctor(_ source: JSONValue, _ path: String) -> Schema {
        for field in ["type", "default", "nullable", "description", "title"] where source[field] != nil {
            if field == "type", source["x-kubernetes-int-or-string"] == true || path.contains("anyOf") { continue }
            errors.append(.forbidden("\(path).\(field)", "must be empty to be structural"))
        }
        var inner = OpenAPISchemaReader()
        let schema = inner.read(source, path)
        errors += inner.errors.filter { $0.kind == .invalid }
        return schema
    }

    private mutating func rules(_ source: JSONValue, _ path: String) -> [ValidationRule] {
        (source["x-kubernetes-validations"]?.arrayValue ?? []).enumerated().map { index, rule in
            if (rule["rule"]?.stringValue ?? "").isEmpty {
                errors.append(.required("\(path).x-kubernetes-validations[\(index)].rule", "rule is not specified"))
            }
            return ValidationRule(
                rule: rule["rule"]?.stringValue ?? "", message: rule["message"]?.stringValue,
                messageExpression: rule["messageExpression"]?.stringValue, reason: rule["reason"]?.stringValue,
                fieldPath: rule["fieldPath"]?.stringValue, optionalOldSelf: rule["optionalOldSelf"]?.boolValue)
        }
    }

    private mutating func listType(_ source: JSONValue, _ path: String, _ fields: inout Schema.Fields) {
        let keys = source["x-kubernetes-list-map-keys"]?.arrayValue?.compactMap(\.stringValue) ?? []
        switch source["x-kubernetes-list-type"]?.stringValue {
        case "set": fields.listType = .set
        case "map":
            fields.listType = .map(keys: keys)
            if keys.isEmpty {
                errors.append(
                    .required(
                        "\(path).x-kubernetes-list-map-keys", "must not be empty if x-kubernetes-list-type is map"))
            }
            for key in keys {
                guard let property = fields.items?.properties[key] else {
                    errors.append(
                        .invalid(
                            "\(path).x-kubernetes-list-map-keys", JSONValue(keys),
                            "entries must all be names of item properties"))
                    continue
                }
                if fields.items?.required.contains(key) != true, property.defaultValue == nil {
                    errors.append(
                        .required(
                            "\(path).items.properties[\(key)].default",
                            "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
                        ))
                }
            }
        case nil, "atomic":
            if !keys.isEmpty {
                errors.append(
                    .forbidden(
                        "\(path).x-kubernetes-list-map-keys", "must not be set if x-kubernetes-list-type is not map"))
            }
        case .some(let other):
            errors.append(
                .notSupported("\(path).x-kubernetes-list-type", .string(other), ["atomic", "map", "set"]))
        }
        if source["x-kubernetes-list-type"] != nil, source["type"] != "array" {
            errors.append(
                .invalid(
                    "\(path).type", source["type"] ?? "", "must be array if x-kubernetes-list-type is specified"))
        }
    }

    private mutating func defaultValue(_ source: JSONValue, _ path: String, _ fields: inout Schema.Fields) {
        guard let value = source["default"] else { return }
        fields.defaultValue = value
        if value.isNull, !fields.nullable { return }
        var unknown: [String] = []
        let schema = Schema(fields)
        let filled = schema.defaulted(schema.pruned(value, unknown: &unknown))
        if !unknown.isEmpty {
            errors.append(.invalid("\(path).default", value, "must not have unknown fields"))
        }
        var validation = StructuralValidation()
        validation.validate(filled, schema, path: "\(path).default")
        errors += validation.errors
    }
}
