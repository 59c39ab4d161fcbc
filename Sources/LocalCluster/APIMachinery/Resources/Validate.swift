public import KubernetesClient

extension ResourceDefinition {
    /// Everything wrong with an object that is to be created.
    public func validateCreate(_ object: JSONValue) -> [FieldError] {
        if verbs == ["create"] { return BuiltinValidation.validate(object, nil, self) }
        let metadata = MetadataValidation(definition: self).faults(object)
        guard isCustom else { return metadata + BuiltinValidation.validate(object, nil, self) }
        return metadata + CustomObjectValidation(definition: self, object: object, old: nil).outcome.errors
    }

    /// Everything wrong with an update, without what is only warned about.
    public func validateUpdate(_ new: JSONValue, old: JSONValue, subresource: String? = nil) -> [FieldError] {
        var warnings: [String] = []
        return validateUpdate(new, old: old, subresource: subresource, warnings: &warnings)
    }

    /// Everything wrong with an update, immutable fields and transition rules included.
    ///
    /// - Parameter warnings: what a custom object had wrong before, so that it is only warned about.
    public func validateUpdate(
        _ new: JSONValue, old: JSONValue, subresource: String? = nil, warnings: inout [String]
    ) -> [FieldError] {
        let metadata = MetadataValidation(definition: self).faults(new, old: old)
        guard isCustom else {
            return metadata + (subresource == "status" ? [] : BuiltinValidation.validate(new, old, self))
        }
        let validation = CustomObjectValidation(
            definition: self, object: new, old: old, isStatus: subresource == "status")
        let outcome = validation.outcome
        warnings += outcome.warnings
        // The metadata of custom objects is validated twice, and Kubernetes says so.
        return metadata + metadata + outcome.errors
    }
}
