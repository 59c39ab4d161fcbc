import KubernetesClient

/// Reads the `openAPIV3Schema` of a definition that has been found good.
struct OpenAPISchemaReader {
    static func read(_ source: JSONValue) -> Schema {
        let isFree = source["x-kubernetes-int-or-string"] == true
        let type = source["type"]?.stringValue ?? ""
        var fields = Schema.Fields(isFree ? .intOrString : Schema.Kind(rawValue: type) ?? .any)
        fields.source = source
        fields.properties = (source["properties"]?.objectValue ?? [:]).mapValues(read)
        switch source["additionalProperties"] {
        case .bool(true):
            fields.additionalProperties = Schema(.any)
            fields.allowsAnyProperties = true
        case .bool(false): fields.forbidsAdditionalProperties = true
        case .some(let values) where values.objectValue != nil: fields.additionalProperties = read(values)
        default: break
        }
        fields.items = source["items"].map(read)
        fields.required = source["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
        fields.format = source["format"]?.stringValue
        fields.nullable = source["nullable"] == true
        fields.description = source["description"]?.stringValue
        fields.preservesUnknownFields =
            source["x-kubernetes-preserve-unknown-fields"] == true || fields.kind == .any && type.isEmpty
        fields.embeddedResource = source["x-kubernetes-embedded-resource"] == true
        fields.atomicMap = source["x-kubernetes-map-type"] == "atomic"
        switch source["x-kubernetes-list-type"] {
        case "set": fields.listType = .set
        case "map":
            fields.listType = .map(
                keys: source["x-kubernetes-list-map-keys"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        default: break
        }
        fields.bounds = bounds(source)
        fields.validations = (source["x-kubernetes-validations"]?.arrayValue ?? []).map(rule)
        if let value = source["default"], !value.isNull { fields.defaultValue = value }
        return Schema(fields)
    }

    private static func bounds(_ source: JSONValue) -> Schema.Bounds {
        var bounds = Schema.Bounds()
        bounds.enumeration = source["enum"]?.arrayValue
        bounds.pattern = source["pattern"]?.stringValue
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
        bounds.allOf = (source["allOf"]?.arrayValue ?? []).map(read)
        bounds.anyOf = (source["anyOf"]?.arrayValue ?? []).map(read)
        bounds.oneOf = (source["oneOf"]?.arrayValue ?? []).map(read)
        bounds.not = source["not"].map(read)
        return bounds
    }

    static func rule(_ source: JSONValue) -> ValidationRule {
        ValidationRule(
            rule: source["rule"]?.stringValue ?? "", message: source["message"]?.stringValue,
            messageExpression: source["messageExpression"]?.stringValue, reason: source["reason"]?.stringValue,
            fieldPath: source["fieldPath"]?.stringValue, optionalOldSelf: source["optionalOldSelf"]?.boolValue)
    }
}
