public import KubernetesClient

/// The patch formats of the API, as pure functions from a patch and an object to an object.
public enum Patch {
    /// JSON merge patch (RFC 7386).
    public static func merge(_ patch: JSONValue, onto object: JSONValue) -> JSONValue { object }

    /// JSON patch (RFC 6902). Throws a 422 when an operation fails, a 400 when the document is no patch.
    public static func json(_ operations: JSONValue, onto object: JSONValue) throws(StatusError) -> JSONValue { object }

    /// Strategic merge patch with the merge keys of a built-in kind's schema.
    public static func strategic(
        _ patch: JSONValue, onto object: JSONValue, schema: Schema
    ) throws(StatusError) -> JSONValue { object }
}
