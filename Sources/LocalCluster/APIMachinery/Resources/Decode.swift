public import KubernetesClient

/// What to do with fields that a kind does not have, and with keys given twice.
public enum FieldValidation: String, Sendable {
    case ignore = "Ignore"
    case warn = "Warn"
    case strict = "Strict"
}

extension ResourceDefinition {
    /// Reads a request's object: checks its types (built-in kinds; of custom ones only the metadata), brings it into
    /// the form objects of the kind have, drops unknown fields and reports them. `kind` and `apiVersion` are added to
    /// a built-in object that has none.
    ///
    /// - Parameter duplicateKeys: paths of keys the text had twice, as `JSONValue(parsing:duplicateKey:)` tells them.
    /// - Returns: the object without unknown fields, and one text a `Warning` header.
    /// - Throws: a 400 for values of the wrong type and, when strict, for unknown and duplicate fields; a 422 for
    ///   another kind in a custom object.
    public func decode(
        _ body: JSONValue, duplicateKeys: [String] = [], validation: FieldValidation = .ignore
    ) throws(StatusError) -> (object: JSONValue, warnings: [String]) {
        let given = body["kind"]?.stringValue ?? ""
        func refusal(_ reason: String) -> StatusError {
            .badRequest(
                "\(given.isEmpty ? kind : given) in version \"\(version)\" cannot be handled as a \(kind): \(reason)")
        }
        guard case .object = body else { throw refusal("json: cannot unmarshal \(body.kindName) into Go value") }
        if given != kind, !given.isEmpty || isCustom {
            if isCustom { throw wrongKind(given, body) }
            throw refusal(
                "converting (\(version).\(given)) to (\(group.isEmpty ? "core" : group).\(kind)): unknown conversion")
        }
        let object: JSONValue
        let unknown: [String]
        do throws(TypedDecoder.Fault) {
            (object, unknown) = try isCustom ? decodeCustom(body) : decodeBuiltin(body)
        } catch {
            throw refusal(error.message)
        }
        let faults = duplicateKeys.map { "duplicate field \"\($0)\"" } + unknown.map { "unknown field \"\($0)\"" }
        if validation == .strict, !faults.isEmpty {
            throw refusal("strict decoding error: \(faults.joined(separator: ", "))")
        }
        return (object, validation == .warn ? faults : [])
    }

    private func wrongKind(_ given: String, _ body: JSONValue) -> StatusError {
        if given.isEmpty { return .badRequest("Object 'Kind' is missing in '\(body.text())'") }
        let error = FieldError.invalid("kind", .string(given), "must be \(kind)")
        return .invalid(kind: given, group: group, name: body.objectName, [error])
    }

    private func decodeBuiltin(_ body: JSONValue) throws(TypedDecoder.Fault) -> (JSONValue, [String]) {
        var decoder = TypedDecoder()
        var object = try decoder.decode(body, schema)
        object["kind"] = .string(kind)
        object["apiVersion"] = .string(apiVersion)
        return (object, decoder.unknownFields)
    }

    private func decodeCustom(_ body: JSONValue) throws(TypedDecoder.Fault) -> (JSONValue, [String]) {
        var unknown: [String] = []
        var rest = body
        rest["metadata"] = nil
        var object = schema.pruned(rest, unknown: &unknown)
        unknown.sort()
        if let metadata = body["metadata"], let schema = BuiltinKinds.metadata {
            var decoder = TypedDecoder()
            object["metadata"] = try decoder.decode(metadata, schema, path: "metadata", owner: "ObjectMeta")
            unknown = decoder.unknownFields + unknown
        }
        return (object, unknown)
    }

    /// Fills in every default, built-in or of the custom kind's schema. Done after decoding and patching. What is read
    /// from the store goes through here too if it is of a custom kind: its schema may have changed, so fields that it
    /// does not have any more are left out.
    public func withDefaults(_ object: JSONValue) -> JSONValue {
        guard isCustom else {
            var object = schema.defaulted(object)
            BuiltinDefaults.apply(to: &object, definition: self)
            return object
        }
        var unknown: [String] = []
        return schema.defaulted(schema.pruned(object, unknown: &unknown))
    }
}

extension JSONValue {
    var objectName: String { self["metadata"]?["name"]?.stringValue ?? "" }

    var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .integer, .number: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
