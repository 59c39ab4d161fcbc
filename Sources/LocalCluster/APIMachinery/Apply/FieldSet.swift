public import KubernetesClient

/// A set of fields of an object, as `fieldsV1` writes it.
///
/// A tree: each node knows its children and whether it is itself in the set.
public struct FieldSet: Sendable, Hashable {
    /// One step into an object.
    public enum Step: Sendable, Hashable {
        case field(String)
        /// An element of a list map, by its keys.
        case key([String: JSONValue])
        /// An element of a set, by its value.
        case value(JSONValue)
    }

    public var isMember = false
    public var children: [Step: FieldSet] = [:]

    public init() {}

    public var isEmpty: Bool { !isMember && children.isEmpty }

    /// Reads `fieldsV1`; `nil` when it has a step of no known form.
    public init?(fieldsV1: JSONValue) {
        for (name, child) in fieldsV1.objectValue ?? [:] {
            if name == "." {
                isMember = true
            } else {
                guard let step = Step(fieldsV1: name), var set = FieldSet(fieldsV1: child) else { return nil }
                if set.children.isEmpty { set.isMember = true }
                children[step] = set
            }
        }
    }

    /// The `fieldsV1` object: a member with children says so by `"."`.
    public var fieldsV1: JSONValue {
        var members: [String: JSONValue] = [:]
        for (step, child) in children {
            var value = child.fieldsV1
            if child.isMember, !child.children.isEmpty { value["."] = [:] }
            members[step.fieldsV1] = value
        }
        return .object(members)
    }
}

extension FieldSet.Step {
    init?(fieldsV1 text: String) {
        let body = String(text.dropFirst(2))
        switch text.prefix(2) {
        case "f:": self = .field(body)
        case "k:":
            guard let keys = (try? JSONValue(parsing: body))?.objectValue else { return nil }
            self = .key(keys)
        case "v:":
            guard let value = try? JSONValue(parsing: body) else { return nil }
            self = .value(value)
        default: return nil
        }
    }

    var fieldsV1: String {
        switch self {
        case .field(let name): "f:\(name)"
        case .key(let keys): "k:\(JSONValue.object(keys).text())"
        case .value(let value): "v:\(value.text())"
        }
    }

    /// As conflict messages write it: `.spec`, `[name="web"]`, `[="eu"]`.
    var description: String {
        switch self {
        case .field(let name): ".\(name)"
        case .key(let keys):
            "[\(keys.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value.text())" }.joined(separator: ","))]"
        case .value(let value): "[=\(value.text())]"
        }
    }
}

// MARK: - Set operations

extension FieldSet {
    func union(_ other: FieldSet) -> FieldSet {
        var result = self
        result.isMember = isMember || other.isMember
        result.children.merge(other.children) { $0.union($1) }
        return result
    }

    func intersection(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.isMember = isMember && other.isMember
        for (step, child) in children {
            guard let match = other.children[step] else { continue }
            let common = child.intersection(match)
            if !common.isEmpty { result.children[step] = common }
        }
        return result
    }

    func subtracting(_ other: FieldSet) -> FieldSet {
        var result = FieldSet()
        result.isMember = isMember && !other.isMember
        for (step, child) in children {
            let rest = other.children[step].map(child.subtracting) ?? child
            if !rest.isEmpty { result.children[step] = rest }
        }
        return result
    }

    /// The paths in the set, as messages write them: at every level what ends there comes first.
    var paths: [String] {
        let steps = children.map { (text: $0.key.description, set: $0.value) }.sorted { $0.text < $1.text }
        return (isMember ? [""] : []) + steps.flatMap { $0.set.isMember ? [$0.text] : [] }
            + steps.flatMap { step in
                var rest = step.set
                rest.isMember = false
                return rest.paths.map { step.text + $0 }
            }
    }

    /// Everything with the named fields on the way to a member made members too, where the schema names them: what an
    /// object must keep so that its fields can stay.
    func withNamedFields(_ schema: Schema?) -> FieldSet {
        var result = FieldSet()
        result.isMember = isMember
        for (step, child) in children {
            let inner = child.withNamedFields(schema?.schema(at: step))
            var node = inner
            if case .field(let name) = step, schema?.properties[name] != nil { node.isMember = true }
            result.children[step] = node
        }
        return result
    }

    /// Without the fields that say what an object is and that the server owns.
    func withoutIdentity() -> FieldSet {
        var result = self
        result.children[.field("apiVersion")] = nil
        result.children[.field("kind")] = nil
        if var metadata = result.children[.field("metadata")] {
            metadata.isMember = false
            for name in [
                "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation",
                "managedFields", "resourceVersion",
            ] { metadata.children[.field(name)] = nil }
            result.children[.field("metadata")] = metadata.isEmpty ? nil : metadata
        }
        return result
    }
}

extension Schema {
    func schema(at step: FieldSet.Step) -> Schema? {
        switch step {
        case .field(let name): member(name)
        case .key, .value: fields.items
        }
    }
}
