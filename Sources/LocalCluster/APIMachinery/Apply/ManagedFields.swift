public import KubernetesClient

/// Who owns which field: `metadata.managedFields`.
public enum ManagedFields {
    /// The new object with the managed fields that a create, update or non-apply patch leaves.
    ///
    /// Call it with defaults filled in, before ``ResourceDefinition/prepareForCreate(_:)``.
    /// - Parameters:
    ///   - old: the stored object, `nil` at creation.
    ///   - now: RFC 3339 time with whole seconds.
    public static func updated(
        _ new: JSONValue, old: JSONValue?, definition: ResourceDefinition, manager: String, subresource: String? = nil,
        now: String
    ) -> JSONValue { new }
}
