import KubernetesClient

/// The walks over objects of custom kinds before they are validated.
extension Schema {
    /// Leaves out what the schema does not have, telling the paths.
    func pruned(_ value: JSONValue, path: String = "", unknown: inout [String]) -> JSONValue {
        switch value {
        case .object(var members):
            if fields.embeddedResource {
                return prunedResource(members, path: path, unknown: &unknown)
            }
            for (name, member) in members {
                let inner = path.isEmpty ? name : "\(path).\(name)"
                if let schema = self.member(name) {
                    members[name] = schema.pruned(member, path: inner, unknown: &unknown)
                } else if !fields.preservesUnknownFields {
                    unknown.append(inner)
                    members[name] = nil
                }
            }
            return .object(members)
        case .array(let elements):
            guard let items = fields.items else { return value }
            return .array(
                elements.enumerated().map {
                    items.pruned($0.element, path: "\(path)[\($0.offset)]", unknown: &unknown)
                })
        default: return value
        }
    }

    /// An object within the object keeps its type and metadata.
    private func prunedResource(
        _ members: [String: JSONValue], path: String, unknown: inout [String]
    ) -> JSONValue {
        let own = with { $0.embeddedResource = false }
        let reserved = ["apiVersion", "kind", "metadata"]
        let rest = members.filter { !reserved.contains($0.key) }
        var result = own.pruned(.object(rest), path: path, unknown: &unknown)
        for name in reserved { if let member = members[name] { result[name] = member } }
        return result
    }

    /// Fills in defaults: for absent members, and for nulls where null is not allowed. A null without a default goes.
    func defaulted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(var members):
            for (name, property) in fields.properties {
                guard let value = property.defaultValue else { continue }
                if members[name] == nil || (members[name] == .null && !property.nullable) { members[name] = value }
            }
            for (name, member) in members {
                guard let schema = self.member(name) else { continue }
                if member.isNull {
                    if !schema.nullable { members[name] = nil }
                } else if schema.hasMembers {
                    members[name] = schema.defaulted(member)
                }
            }
            return .object(members)
        case .array(let elements):
            guard let items = fields.items, items.hasMembers else { return value }
            return .array(elements.map(items.defaulted))
        default: return value
        }
    }

    private var hasMembers: Bool { fields.kind == .object || fields.kind == .array }
}
