import KubernetesClient

/// Objects within objects (`x-kubernetes-embedded-resource`): each has a type, and metadata as every object.
enum EmbeddedResources {
    static func faults(_ value: JSONValue, _ schema: Schema, path: String = "") -> [FieldError] {
        switch value {
        case .object(let members):
            let own = schema.embeddedResource ? faults(of: members, path) : []
            return own
                + members.flatMap { name, member -> [FieldError] in
                    if let property = schema.properties[name] {
                        return faults(member, property, path: path.isEmpty ? name : "\(path).\(name)")
                    }
                    return schema.additionalProperties.map { faults(member, $0, path: "\(path)[\(name)]") } ?? []
                }
        case .array(let elements):
            guard let items = schema.items else { return [] }
            return elements.enumerated().flatMap { faults($0.element, items, path: "\(path)[\($0.offset)]") }
        default: return []
        }
    }

    private static func faults(of members: [String: JSONValue], _ path: String) -> [FieldError] {
        var errors: [FieldError] = []
        for field in ["apiVersion", "kind"] {
            let place = "\(path).\(field)"
            switch members[field] {
            case nil: errors.append(.required(place))
            case "": errors.append(.invalid(place, "", "must not be empty"))
            case .string(let text): errors += field == "kind" ? kindFaults(text, place) : versionFaults(text, place)
            case .some(let other): errors.append(.invalid(place, other, "must be a string"))
            }
        }
        guard let metadata = members["metadata"] else { return errors }
        let name = metadata["name"]?.stringValue ?? ""
        if !name.isEmpty {
            errors += Names.faultsOfPathSegment(name).map { .invalid("\(path).metadata.name", .string(name), $0) }
        }
        return errors + MetadataValidation.labelFaults(metadata["labels"], "\(path).metadata.labels")
    }

    private static func kindFaults(_ kind: String, _ path: String) -> [FieldError] {
        let faults = Names.faultsOfLabel1035(kind.lowercased())
        if faults.isEmpty { return [] }
        let detail = "may have mixed case, but should otherwise match: \(faults.joined(separator: ","))"
        return [.invalid(path, .string(kind), detail)]
    }

    private static func versionFaults(_ version: String, _ path: String) -> [FieldError] {
        guard version.filter({ $0 == "/" }).count > 1 else { return [] }
        return [.invalid(path, .string(version), "unexpected GroupVersion string: \(version)")]
    }
}
