public import KubernetesClient

extension Schema {
    /// The value with every missing field that has a default filled in, as an API server does on admission.
    public func filled(_ value: JSONValue) -> JSONValue {
        switch (kind, value) {
        case (.object(let properties), .object(var members)):
            for (name, property) in properties {
                guard let present = members[name] ?? property.defaultValue else { continue }
                // A null where none is allowed counts as missing when there is a default.
                if present.isNull {
                    members[name] = property.defaultValue.map { property.filled($0) }
                } else {
                    members[name] = property.filled(present)
                }
            }
            return .object(members)
        case (.map(let schema), .object(let members)): return .object(members.mapValues { schema.filled($0) })
        case (.array(let schema, _), .array(let elements)): return .array(elements.map { schema.filled($0) })
        default: return value
        }
    }
}
