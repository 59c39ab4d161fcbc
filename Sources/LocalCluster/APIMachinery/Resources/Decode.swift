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
    /// - Parameters:
    ///   - duplicateKeys: paths of keys the text had twice, as `JSONValue(parsing:duplicateKey:)` tells them.
    ///   - isConverted: whether the object was made of a document read before, of which messages tell in other words.
    ///   - keyOrder: the paths of the text's keys in their order, in which faults are told.
    /// - Returns: the object without unknown fields, and one text a `Warning` header.
    /// - Throws: a 400 for values of the wrong type and, when strict, for unknown and duplicate fields; a 422 for
    ///   another kind in a custom object.
    public func decode(
        _ body: JSONValue, duplicateKeys: [String] = [], validation: FieldValidation = .ignore,
        isConverted: Bool = false, keyOrder: () -> [String] = { [] }
    ) throws(StatusError) -> (object: JSONValue, warnings: [String]) {
        let given = body["kind"]?.stringValue ?? ""
        func refusal(_ reason: String) -> StatusError {
            .badRequest(
                "\(given.isEmpty ? kind : given) in version \"\(version)\" cannot be handled as a \(kind): \(reason)")
        }
        guard case .object = body else { throw refusal("json: cannot unmarshal \(body.kindName) into Go value") }
        if given != kind, !given.isEmpty || isCustom {
            if isCustom { throw wrongKind(given, body) }
            guard BuiltinKinds.knows(given, apiVersion: apiVersion) else {
                throw refusal(BuiltinKinds.unregistered(given, apiVersion: apiVersion))
            }
            throw refusal(
                "converting (\(version).\(given)) to (\(packageName).\(kind)): unknown conversion")
        }
        let sentVersion = body["apiVersion"]?.stringValue ?? ""
        if !isCustom, !sentVersion.isEmpty, sentVersion != apiVersion, !given.isEmpty,
            !BuiltinKinds.knows(kind, apiVersion: sentVersion)
        {
            let version = sentVersion.split(separator: "/").last ?? ""
            throw .badRequest(
                "\(kind) in version \"\(version)\" cannot be handled as a \(kind): "
                    + BuiltinKinds.unregistered(kind, apiVersion: sentVersion))
        }
        let object: JSONValue
        let unknown: [String]
        do throws(TypedDecoder.Fault) {
            (object, unknown) = try isCustom ? decodeCustom(body) : decodeBuiltin(body, isConverted)
        } catch {
            throw refusal(isConverted ? error.conversion : error.message)
        }
        var told = duplicateKeys.map { (path: $0, text: "duplicate field \"\($0)\"") }
        told += unknown.map { (path: $0, text: "unknown field \"\($0)\"") }
        if told.count > 1, validation != .ignore, !isCustom {
            let places = Dictionary(keyOrder().enumerated().map { ($1, $0) }, uniquingKeysWith: { $1 })
            let ranked = told.enumerated().map { (places[$1.path] ?? .max, $0, $1) }
            told = ranked.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
        }
        let faults = told.map(\.text)
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

    private func decodeBuiltin(
        _ body: JSONValue, _ isConverted: Bool
    ) throws(TypedDecoder.Fault) -> (JSONValue, [String]) {
        var decoder = TypedDecoder(isConverted: isConverted)
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
            var decoder = TypedDecoder(at: ["metadata"])
            object["metadata"] = try decoder.decode(metadata, schema, path: "metadata", owner: "ObjectMeta")
            unknown = decoder.unknownFields + unknown
        }
        object = try EmbeddedResources.coerced(object, schema, "", &unknown)
        return (object, unknown)
    }

    /// Fills in every default, built-in or of the custom kind's schema. Done after decoding and patching.
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

    /// The JSON type, as messages name it.
    public var kindName: String {
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
