public import KubernetesClient

extension ResourceDefinition {
    /// Everything wrong with an object that is to be created.
    public func validateCreate(_ object: JSONValue) -> [FieldError] {
        if verbs == ["create"] { return BuiltinValidation.validate(object, nil, self) }
        let metadata = MetadataValidation(definition: self).faults(object)
        guard isCustom else { return metadata + BuiltinValidation.validate(object, nil, self) }
        return withRules(metadata + structuralFaults(object, old: nil), object, old: nil)
    }

    /// Everything wrong with an update, immutable fields and transition rules included.
    public func validateUpdate(_ new: JSONValue, old: JSONValue, subresource: String? = nil) -> [FieldError] {
        let metadata = MetadataValidation(definition: self).faults(new, old: old)
        guard isCustom else {
            return metadata + (subresource == "status" ? [] : BuiltinValidation.validate(new, old, self))
        }
        // The metadata of custom objects is validated twice, and Kubernetes says so.
        var errors = metadata + metadata
        if subresource == "status" {
            var validation = StructuralValidation(hiddenPrefix: "status.")
            if let status = new["status"], let schema = schema.properties["status"] {
                validation.validate(status, schema, path: "status", old: old["status"])
            }
            errors += validation.errors
        } else {
            errors += structuralFaults(new, old: old)
        }
        return withRules(errors, new, old: old)
    }

    private func structuralFaults(_ object: JSONValue, old: JSONValue?) -> [FieldError] {
        var validation = StructuralValidation()
        for name in schema.required where object[name] == nil {
            validation.validate(object, Schema(.object) { $0.required = [name] }, path: "")
        }
        for (name, schema) in schema.properties where !["apiVersion", "kind", "metadata"].contains(name) {
            if let member = object[name] { validation.validate(member, schema, path: name, old: old?[name]) }
        }
        var combined = schema.bounds
        combined.enumeration = nil
        if !combined.allOf.isEmpty || !combined.anyOf.isEmpty || !combined.oneOf.isEmpty || combined.not != nil {
            validation.validate(object, Schema(.object) { $0.bounds = combined }, path: "")
        }
        return validation.errors
    }

    /// Adds what the CEL rules refuse, or says that they did not run.
    private func withRules(_ errors: [FieldError], _ object: JSONValue, old: JSONValue?) -> [FieldError] {
        let rules: ValidationRules
        switch self.rules {
        case nil: return errors
        case .success(let compiled):
            if compiled.isEmpty { return errors }
            rules = compiled
        case .failure(let error):
            return errors + [
                FieldError(.internalError, "<nil>", "rule compiler initialization error: \(error.message)")
            ]
        }
        let blocking: Set<FieldError.Kind> = [.notSupported, .required, .tooLong, .tooMany, .typeInvalid]
        if errors.contains(where: { blocking.contains($0.kind) }) {
            return errors + [
                .invalid(
                    "<nil>", .null,
                    "some validation rules were not checked because the object was invalid; correct the existing "
                        + "errors to complete validation")
            ]
        }
        return errors + rules.faults(object, old: old)
    }
}
