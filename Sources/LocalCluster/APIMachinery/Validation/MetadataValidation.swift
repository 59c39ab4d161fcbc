import KubernetesClient

/// What must hold for `metadata` of every kind.
struct MetadataValidation {
    let definition: ResourceDefinition

    func faults(_ object: JSONValue) -> [FieldError] {
        let metadata = object["metadata"] ?? [:]
        var errors: [FieldError] = []
        if let prefix = metadata["generateName"]?.stringValue, !prefix.isEmpty {
            let masked = prefix.hasSuffix("-") ? prefix.dropLast() + "a" : prefix[...]
            errors += nameFaults(String(masked)).map { .invalid("metadata.generateName", .string(prefix), $0) }
        }
        let name = object.objectName
        if name.isEmpty {
            errors.append(.required("metadata.name", "name or generateName is required"))
        } else {
            errors += nameFaults(name).map { .invalid("metadata.name", .string(name), $0) }
        }
        errors += Self.labelFaults(metadata["labels"], "metadata.labels")
        errors += annotationFaults(metadata["annotations"])
        errors += ownerFaults(metadata["ownerReferences"])
        errors += finalizerFaults(metadata["finalizers"])
        return errors
    }

    func faults(_ new: JSONValue, old: JSONValue) -> [FieldError] {
        var errors: [FieldError] = []
        if old[path: ["metadata", "deletionTimestamp"]] != nil {
            let before = Set(old[path: ["metadata", "finalizers"]]?.arrayValue ?? [])
            let added = (new[path: ["metadata", "finalizers"]]?.arrayValue ?? []).filter { !before.contains($0) }
            if !added.isEmpty {
                let list = added.map { $0.text() }.joined(separator: ", ")
                errors.append(
                    .forbidden(
                        "metadata.finalizers",
                        "no new finalizers can be added if the object is being deleted, found new finalizers "
                            + "[]string{\(list)}"))
            }
        }
        for field in ["name", "namespace", "uid", "creationTimestamp"] {
            let value = new[path: ["metadata", field]]
            if value != old[path: ["metadata", field]] {
                errors.append(.invalid("metadata.\(field)", value ?? .null, "field is immutable"))
            }
        }
        let metadata = new["metadata"] ?? [:]
        errors += Self.labelFaults(metadata["labels"], "metadata.labels")
        errors += annotationFaults(metadata["annotations"])
        errors += ownerFaults(metadata["ownerReferences"])
        return errors + finalizerFaults(metadata["finalizers"])
    }

    private func nameFaults(_ name: String) -> [String] {
        switch (definition.group, definition.kind) {
        case ("", "Namespace"), ("", "Service"): Names.faultsOfLabel(name)
        case ("rbac.authorization.k8s.io", _), (_, "Event"): Names.faultsOfPathSegment(name)
        default: Names.faultsOfSubdomain(name)
        }
    }

    static func labelFaults(_ labels: JSONValue?, _ path: String) -> [FieldError] {
        (labels?.objectValue ?? [:]).sorted { $0.key < $1.key }.flatMap { key, value in
            Names.faultsOfQualifiedName(key).map { FieldError.invalid(path, .string(key), $0) }
                + Names.faultsOfLabelValue(value.stringValue ?? "").map { .invalid(path, value, $0) }
        }
    }

    private func annotationFaults(_ annotations: JSONValue?) -> [FieldError] {
        let members = annotations?.objectValue ?? [:]
        var errors = members.keys.sorted().flatMap { key in
            Names.faultsOfQualifiedName(key.lowercased()).map {
                FieldError.invalid("metadata.annotations", .string(key), $0)
            }
        }
        let size = members.reduce(0) { $0 + $1.key.utf8.count + ($1.value.stringValue?.utf8.count ?? 0) }
        if size > 262_144 { errors.append(.tooLong("metadata.annotations", maximum: 262_144)) }
        return errors
    }

    private func ownerFaults(_ owners: JSONValue?) -> [FieldError] {
        var errors: [FieldError] = []
        let list = owners?.arrayValue ?? []
        for (index, owner) in list.enumerated() {
            let path = "metadata.ownerReferences[\(index)]"
            for (field, message) in [
                ("apiVersion", "version must not be empty"), ("kind", "must not be empty"),
                ("name", "must not be empty"), ("uid", "must not be empty"),
            ] where (owner[field]?.stringValue ?? "").isEmpty {
                errors.append(.invalid("\(path).\(field)", "", message))
            }
        }
        let controllers = list.filter { $0["controller"] == true }
        if controllers.count > 1 {
            errors.append(
                .invalid(
                    "metadata.ownerReferences", owners ?? .null,
                    "Only one reference can have Controller set to true. Found \"true\" in references for "
                        + "\(controllers[0]["kind"]?.stringValue ?? "")/\(controllers[0]["name"]?.stringValue ?? "") and "
                        + "\(controllers[1]["kind"]?.stringValue ?? "")/\(controllers[1]["name"]?.stringValue ?? "")"))
        }
        return errors
    }

    private func finalizerFaults(_ finalizers: JSONValue?) -> [FieldError] {
        var errors: [FieldError] = []
        let names = finalizers?.arrayValue?.compactMap(\.stringValue) ?? []
        for name in names {
            errors += Names.faultsOfQualifiedName(name).map { .invalid("metadata.finalizers", .string(name), $0) }
        }
        if names.contains("orphan"), names.contains("foregroundDeletion") {
            errors.append(
                .invalid(
                    "metadata.finalizers", finalizers ?? .null,
                    "finalizer orphan and foregroundDeletion cannot be both set"))
        }
        return errors
    }
}
