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

    /// The objects within an object with nothing in their metadata that there is none for, telling the paths.
    ///
    /// - Throws: for a type or metadata that cannot be read.
    static func coerced(
        _ value: JSONValue, _ schema: Schema, _ path: String, _ unknown: inout [String]
    ) throws(TypedDecoder.Fault) -> JSONValue {
        switch value {
        case .object(var members):
            if schema.embeddedResource {
                for field in ["apiVersion", "kind"] {
                    if let type = members[field], type.stringValue == nil {
                        throw .init(
                            message: FieldError.invalid("\(path).\(field)", type, "must be a string").description)
                    }
                }
                if let metadata = members["metadata"] {
                    members["metadata"] = try self.metadata(metadata, "\(path).metadata", &unknown)
                }
            }
            for (name, member) in members {
                if path.isEmpty, name == "metadata" { continue }
                guard let inner = schema.member(name) else { continue }
                members[name] = try coerced(member, inner, path.isEmpty ? name : "\(path).\(name)", &unknown)
            }
            return .object(members)
        case .array(let elements):
            guard let items = schema.items else { return value }
            var result: [JSONValue] = []
            for (index, element) in elements.enumerated() {
                result.append(try coerced(element, items, "\(path)[\(index)]", &unknown))
            }
            return .array(result)
        default: return value
        }
    }

    private static func metadata(
        _ value: JSONValue, _ path: String, _ unknown: inout [String]
    ) throws(TypedDecoder.Fault) -> JSONValue {
        guard let schema = BuiltinKinds.metadata else { return value }
        guard value.objectValue != nil else {
            let detail = "json: cannot unmarshal \(value.kindName) into Go value of type v1.ObjectMeta"
            throw .init(message: FieldError.invalid(path, value, detail).description)
        }
        var decoder = TypedDecoder(at: [])
        do throws(TypedDecoder.Fault) {
            let decoded = try decoder.decode(value, schema, path: "", owner: "ObjectMeta")
            unknown += decoder.unknownFields.map { "\(path).\($0)" }
            return decoded
        } catch {
            throw .init(message: FieldError.invalid(path, value, error.message).description)
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
