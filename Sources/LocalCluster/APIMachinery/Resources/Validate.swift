public import KubernetesClient

extension ResourceDefinition {
    /// Everything wrong with an object that is to be created.
    public func validateCreate(_ object: JSONValue) -> [FieldError] {
        if verbs == ["create"] { return BuiltinValidation.validate(object, nil, self) }
        let metadata = MetadataValidation(definition: self).faults(object)
        guard isCustom else { return metadata + BuiltinValidation.validate(object, nil, self) }
        return metadata + CustomObjectValidation(definition: self, object: object, old: nil).errors
    }

    /// Everything wrong with an update, immutable fields and transition rules included.
    public func validateUpdate(_ new: JSONValue, old: JSONValue, subresource: String? = nil) -> [FieldError] {
        let metadata = MetadataValidation(definition: self).faults(new, old: old)
        guard isCustom else {
            // Who is bound to a node is not checked again.
            if subresource == "binding" { return metadata }
            let isStatus = subresource == "status"
            return metadata
                + (isStatus
                    ? BuiltinValidation.validateStatus(new, old, self) : BuiltinValidation.validate(new, old, self))
        }
        let validation = CustomObjectValidation(
            definition: self, object: new, old: old, isStatus: subresource == "status")
        return metadata + validation.errors
    }
}
