public import KubernetesClient

/// Server-side apply.
public enum ServerSideApply {
    /// The live object with an applied configuration merged in: defaults filled in and managed fields kept.
    ///
    /// - Parameter live: the stored object; `nil` creates.
    /// - Returns: the object to go through prepare and validate; equal to `live` when nothing changed.
    /// - Throws: 409 with all conflicts unless forced; 400/422/500 for bodies that cannot be applied.
    public static func apply(
        _ configuration: JSONValue, to live: JSONValue?, definition: ResourceDefinition, manager: String,
        force: Bool = false, subresource: String? = nil, now: String
    ) throws(StatusError) -> JSONValue { configuration }
}
