import KubernetesClient

/// What `kubectl apply` left on objects before it applied on the server: an annotation with what it applied last.
enum ClientSideApply {
    /// The applier that takes over what client-side apply owned.
    static let successor = "kubectl"
    private static let annotation = ["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"]

    /// The fields applied last that still are as they were applied: nobody else's, so no conflict.
    static func fields(of live: JSONValue, _ definition: ResourceDefinition) -> FieldSet {
        guard let text = live[path: annotation]?.stringValue, let last = try? JSONValue(parsing: text),
            last["apiVersion"]?.stringValue == definition.apiVersion
        else { return FieldSet() }
        let comparison = TypedValue.compare(last, live, definition.schema)
        return TypedValue.fieldSet(last, definition.schema).subtracting(comparison.modified)
            .subtracting(comparison.added).subtracting(comparison.removed)
    }

    /// Writes what is applied now into an annotation that is there.
    static func renew(in object: inout JSONValue, to configuration: JSONValue) {
        guard !(object[path: annotation]?.stringValue ?? "").isEmpty else { return }
        var configuration = configuration
        configuration[path: annotation] = nil
        object[path: annotation] = .string(configuration.text() + "\n")
    }
}
