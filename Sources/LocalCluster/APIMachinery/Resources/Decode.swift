public import KubernetesClient

/// What to do with fields that a kind does not have, and with keys given twice.
public enum FieldValidation: String, Sendable {
    case ignore = "Ignore"
    case warn = "Warn"
    case strict = "Strict"
}

extension ResourceDefinition {
    /// Reads a request's object: checks its types (built-in kinds), drops unknown fields and reports them.
    ///
    /// - Parameter duplicateKeys: paths of keys the text had twice, as ``JSONValue/init(parsing:duplicateKey:)`` tells.
    /// - Returns: the object without unknown fields, and one text a `Warning` header.
    /// - Throws: a 400 for values of the wrong type and, when strict, for unknown and duplicate fields.
    public func decode(
        _ body: JSONValue, duplicateKeys: [String] = [], validation: FieldValidation = .ignore
    ) throws(StatusError) -> (object: JSONValue, warnings: [String]) {
        (body, [])
    }

    /// Fills in every default, built-in or of the custom kind's schema. Done after decoding and patching; for custom
    /// kinds also to what is read from the store.
    public func withDefaults(_ object: JSONValue) -> JSONValue { object }
}
