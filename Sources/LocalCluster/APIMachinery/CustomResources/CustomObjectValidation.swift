import KubernetesClient

/// The validation of an object of a custom kind: its schema, its lists, the objects within it, its scale and its rules.
struct CustomObjectValidation {
    let definition: ResourceDefinition
    let object: JSONValue
    let old: JSONValue?
    /// Whether only the status is written.
    var isStatus = false

    var errors: [FieldError] {
        var errors = structure + scaleFaults
        if !isStatus { errors += EmbeddedResources.faults(object, definition.schema) }
        let isKnown = old.map { !ListUniqueness.faults($0, definition.schema).isEmpty } ?? false
        if !isKnown { errors += ListUniqueness.faults(object, definition.schema) }
        switch definition.rules {
        case nil: return errors
        case .failure(let faults):
            let message = faults.program ?? faults.errors.first?.message ?? ""
            errors.append(
                FieldError(.internalError, "<nil>", "rule compiler initialization error: \(message)"))
        case .success(let rules):
            if rules.isEmpty { return errors }
            let blocking: Set<FieldError.Kind> = [.notSupported, .required, .tooLong, .tooMany, .typeInvalid]
            if errors.contains(where: { blocking.contains($0.kind) }) {
                errors.append(
                    .invalid(
                        "<nil>", .null,
                        "some validation rules were not checked because the object was invalid; correct the existing "
                            + "errors to complete validation"))
            } else {
                errors += rules.outcome(object, old: old).errors
            }
        }
        return errors
    }

    private var structure: [FieldError] {
        guard isStatus else {
            return StructuralValidation.faults(object, definition.schema.forObjects, old: old)
        }
        guard let status = object["status"], let schema = definition.schema.properties["status"] else { return [] }
        return StructuralValidation.faults(status, schema, root: "status", old: old?["status"])
    }

    // MARK: Scale

    private var scaleFaults: [FieldError] {
        guard let scale = definition.scale else { return [] }
        var errors = isStatus ? [] : replicaFaults(scale.specReplicasPath)
        errors += replicaFaults(scale.statusReplicasPath)
        guard let path = scale.labelSelectorPath, !path.isEmpty, let value = object[path: keys(path)] else {
            return errors
        }
        if value.stringValue == nil {
            errors.append(.invalid(path, "", accessorFault(path, value, "string")))
        }
        return errors
    }

    private func keys(_ path: String) -> [String] { path.split(separator: ".").map(String.init) }

    private func replicaFaults(_ path: String) -> [FieldError] {
        switch object[path: keys(path)] {
        case nil: return []
        case .integer(let count) where count < 0:
            return [.invalid(path, .integer(count), "should be a non-negative integer")]
        case .integer(let count) where count > Int64(Int32.max):
            return [.invalid(path, .integer(count), "should be less than or equal to \(Int32.max)")]
        case .integer: return []
        case .some(let value): return [.invalid(path, 0, accessorFault(path, value, "int64"))]
        }
    }

    private func accessorFault(_ path: String, _ value: JSONValue, _ wanted: String) -> String {
        let (shown, found): (String, String) =
            switch value {
            case .null: ("<nil>", "<nil>")
            case .bool(let value): (String(value), "bool")
            case .integer(let value): (String(value), "int64")
            case .number(let value): (JSONValue.number(value).text(), "float64")
            case .string(let text): (text, "string")
            case .array: (value.text(), "[]interface {}")
            case .object: (value.text(), "map[string]interface {}")
            }
        return
            ".\(keys(path).joined(separator: ".")) accessor error: \(shown) is of the type \(found), expected \(wanted)"
    }
}

extension Schema {
    /// The schema of a whole object, with only what a definition may say of metadata.
    fileprivate var forObjects: Schema {
        with { fields in
            fields.properties["metadata"] = fields.properties["metadata"]?.with { metadata in
                metadata.properties = metadata.properties.filter { $0.key == "name" || $0.key == "generateName" }
                metadata.required = []
            }
        }
    }
}
