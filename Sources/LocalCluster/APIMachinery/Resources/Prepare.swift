public import KubernetesClient

extension ResourceDefinition {
    /// What creation makes of an object with defaults: status dropped where it is a subresource, generation 1, derived
    /// fields (a Job's selector, a Secret's data from stringData). Does not give it a uid, resourceVersion, time or
    /// cluster IP.
    public func prepareForCreate(_ object: JSONValue) -> JSONValue { object }

    /// What an update makes of the new object: server-owned metadata taken from the old one, status isolated
    /// (`subresource` is `nil`, `"status"` or `"scale"`), generation counted.
    public func prepareForUpdate(_ new: JSONValue, old: JSONValue, subresource: String? = nil) -> JSONValue { new }

    /// Everything wrong with an object that is to be created.
    public func validateCreate(_ object: JSONValue) -> [FieldError] { [] }

    /// Everything wrong with an update, immutable fields and transition rules included.
    public func validateUpdate(_ new: JSONValue, old: JSONValue, subresource: String? = nil) -> [FieldError] { [] }
}
