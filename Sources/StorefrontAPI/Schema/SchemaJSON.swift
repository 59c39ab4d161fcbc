public import KubernetesClient

extension Schema {
    /// The schema as `openAPIV3Schema` writes it.
    public var json: JSONValue {
        var json: JSONValue = [:]
        if !description.isEmpty { json["description"] = .string(description) }
        switch kind {
        case .string: json["type"] = "string"
        case .integer: json["type"] = "integer"
        case .boolean: json["type"] = "boolean"
        case .intOrString:
            json["anyOf"] = [["type": "integer"], ["type": "string"]]
            json["x-kubernetes-int-or-string"] = true
        case .object(let properties):
            json["type"] = "object"
            json["properties"] = .object(properties.mapValues(\.json))
        case .map(let value):
            json["type"] = "object"
            json["additionalProperties"] = value.json
            json["maxProperties"] = maximumCount.map { JSONValue($0) }
        case .array(let element, let keys):
            json["type"] = "array"
            json["items"] = element.json
            json["maxItems"] = maximumCount.map { JSONValue($0) }
            json["x-kubernetes-list-type"] = keys.isEmpty ? "atomic" : "map"
            if !keys.isEmpty { json["x-kubernetes-list-map-keys"] = JSONValue(keys) }
        }
        json["default"] = defaultValue
        if !required.isEmpty { json["required"] = JSONValue(required.sorted()) }
        if !choices.isEmpty { json["enum"] = JSONValue(choices) }
        json["pattern"] = pattern.map { .string($0) }
        json["format"] = format.map { .string($0) }
        json["minimum"] = minimum.map { JSONValue($0) }
        json["maximum"] = maximum.map { JSONValue($0) }
        json["minLength"] = minimumLength.map { JSONValue($0) }
        json["maxLength"] = choices.isEmpty ? maximumLength.map { JSONValue($0) } : nil
        if !rules.isEmpty {
            json["x-kubernetes-validations"] = .array(
                rules.map { ["rule": .string($0.cel), "message": .string($0.message)] })
        }
        return json
    }
}
