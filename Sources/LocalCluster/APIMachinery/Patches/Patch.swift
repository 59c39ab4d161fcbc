public import KubernetesClient

/// The patch formats of the API, as pure functions from a patch and an object to an object.
public enum Patch {
    /// JSON merge patch (RFC 7386).
    public static func merge(_ patch: JSONValue, onto object: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = object.objectValue ?? [:]
        for (key, change) in changes {
            result[key] = change.isNull ? nil : merge(change, onto: result[key] ?? .null)
        }
        return .object(result)
    }

    private static let maximumOperations = 10_000

    /// JSON patch (RFC 6902). Throws a 422 when an operation fails, a 400 when the document is no patch, a 413 when it
    /// has too many operations.
    public static func json(_ operations: JSONValue, onto object: JSONValue) throws(StatusError) -> JSONValue {
        guard let operations = operations.arrayValue else {
            throw .badRequest(
                "error decoding patch: json: cannot unmarshal \(operations.kindName) into Go value of type "
                    + "[]handlers.jsonPatchOp")
        }
        if let other = operations.first(where: { $0.objectValue == nil && !$0.isNull }) {
            throw .badRequest(
                "error decoding patch: json: cannot unmarshal \(other.kindName) into Go value of type handlers.jsonPatchOp"
            )
        }
        guard operations.count <= maximumOperations else {
            throw StatusError(
                code: 413, reason: "RequestEntityTooLarge",
                message: "Request entity too large: The allowed maximum operations in a JSON patch is "
                    + "\(maximumOperations), got \(operations.count)")
        }
        var document = object
        for operation in operations {
            guard let name = operation["op"]?.stringValue,
                let path = operation["path"]?.stringValue.flatMap(JSONPointer.init),
                let changed = apply(name, path, operation, to: document)
            else {
                throw StatusError(
                    code: 422, reason: "Invalid",
                    message: "the server rejected our request due to an error in our request",
                    details: .init())
            }
            document = changed
        }
        return document
    }

    private static func apply(
        _ name: String, _ path: JSONPointer, _ operation: JSONValue, to document: JSONValue
    ) -> JSONValue? {
        let from = operation["from"]?.stringValue.flatMap(JSONPointer.init)
        switch name {
        case "add": return path.adding(operation["value"] ?? .null, to: document)
        case "replace": return path.replacing(operation["value"] ?? .null, in: document)
        case "remove": return path.removing(from: document)
        case "test": return (path.value(in: document) ?? .null) == (operation["value"] ?? .null) ? document : nil
        case "copy":
            // A member that is not there is copied as null.
            guard let from, from.value(in: document) != nil || from.hasParent(in: document) else { return nil }
            return path.adding(from.value(in: document) ?? .null, to: document)
        case "move":
            guard let from, let value = from.value(in: document) else { return nil }
            return from.removing(from: document).flatMap { path.adding(value, to: $0) }
        default: return nil
        }
    }

    /// Strategic merge patch with the merge keys of a built-in kind's schema.
    /// Throws a 500 for elements without their merge key and for unknown directives, as Kubernetes does.
    public static func strategic(
        _ patch: JSONValue, onto object: JSONValue, schema: Schema
    ) throws(StatusError) -> JSONValue {
        guard let changes = patch.objectValue else { throw .badRequest("the patch is not an object") }
        return .object(try StrategicMerge.merge(changes, onto: object.objectValue ?? [:], schema))
    }
}
