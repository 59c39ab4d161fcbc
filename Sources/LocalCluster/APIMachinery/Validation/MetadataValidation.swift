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
        if let generation = metadata["generation"], generation.integerValue ?? 0 < 0 {
            errors.append(.invalid("metadata.generation", generation, "must be greater than or equal to 0"))
        }
        errors += Self.labelFaults(metadata["labels"], "metadata.labels")
        errors += Self.annotationFaults(metadata["annotations"], "metadata.annotations")
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
                let error = FieldError.forbidden(
                    "metadata.finalizers",
                    "no new finalizers can be added if the object is being deleted, found new finalizers "
                        + "[]string{\(list)}")
                errors += Array(repeating: error, count: repetitions.identity)
            }
        }
        let times = repetitions
        for field in ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp"] {
            let value = new[path: ["metadata", field]]
            if value != old[path: ["metadata", field]] {
                let error = FieldError.invalid("metadata.\(field)", value ?? .null, "field is immutable")
                errors += Array(repeating: error, count: times.identity)
            }
        }
        let metadata = new["metadata"] ?? [:]
        var faults = Self.labelFaults(metadata["labels"], "metadata.labels")
        faults += Self.annotationFaults(metadata["annotations"], "metadata.annotations")
        faults += ownerFaults(metadata["ownerReferences"])
        faults += finalizerFaults(metadata["finalizers"])
        for fault in faults {
            let isOfKind = fault.detail.hasPrefix("name is neither a standard finalizer")
            errors += Array(repeating: fault, count: isOfKind ? times.finalizers : times.maps)
        }
        return errors
    }

    /// How often Kubernetes looks at the same metadata of an update, and so tells of the same fault.
    private var repetitions: (maps: Int, finalizers: Int, identity: Int) {
        if definition.isCustom { return (3, 0, 2) }
        switch definition.kind {
        case "PodDisruptionBudget": return (2, 0, 1)
        case "Lease": return (3, 0, 2)
        case "EndpointSlice", "LimitRange": return (3, 1, 1)
        case "Service", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "CronJob", "NetworkPolicy",
            "HorizontalPodAutoscaler", "ResourceQuota":
            return (3, 1, 2)
        default: return (4, 2, 2)
        }
    }

    private func nameFaults(_ name: String) -> [String] {
        switch (definition.group, definition.kind) {
        case ("", "Namespace"), ("", "Service"), ("apps", "StatefulSet"): Names.faultsOfLabel(name)
        // A budget's name is not looked at.
        case ("policy", _): []
        case ("rbac.authorization.k8s.io", _), (_, "Event"): Names.faultsOfPathSegment(name)
        default: Names.faultsOfSubdomain(name)
        }
    }

    static func labelFaults(_ labels: JSONValue?, _ path: String) -> [FieldError] {
        (labels?.objectValue ?? [:]).sorted { $0.key < $1.key }.flatMap { key, value in
            Names.faultsOfLabelKey(key).map { FieldError.invalid(path, .string(key), $0) }
                + Names.faultsOfLabelValue(value.stringValue ?? "").map { .invalid(path, value, $0) }
        }
    }

    static func annotationFaults(_ annotations: JSONValue?, _ path: String) -> [FieldError] {
        let members = annotations?.objectValue ?? [:]
        var errors = members.keys.sorted().flatMap { key in
            Names.faultsOfQualifiedName(key.lowercased()).map {
                FieldError.invalid(path, .string(key), $0)
            }
        }
        let size = members.reduce(0) { $0 + $1.key.utf8.count + ($1.value.stringValue?.utf8.count ?? 0) }
        if size > 262_144 { errors.append(.tooLong(path, maximum: 262_144)) }
        return errors
    }

    private func ownerFaults(_ owners: JSONValue?) -> [FieldError] {
        var errors: [FieldError] = []
        let list = owners?.arrayValue ?? []
        for owner in list {
            let path = "metadata.ownerReferences"
            let version = owner["apiVersion"]?.stringValue ?? ""
            if version.split(separator: "/").count > 2 {
                errors.append(.invalid("\(path).apiVersion", .string(version), "version must not be empty"))
            }
            if version == "v1", owner["kind"] == "Event" {
                let detail = "/v1, Kind=Event is disallowed from being an owner"
                errors.append(FieldError(.invalid, path, shown: Self.shown(owner), detail))
            }
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
                FieldError(
                    .invalid, "metadata.ownerReferences",
                    shown: "[\(list.map(Self.shown).joined(separator: ","))]",
                    "Only one reference can have Controller set to true. Found \"true\" in references for "
                        + "\(controllers[0]["kind"]?.stringValue ?? "")/\(controllers[0]["name"]?.stringValue ?? "") and "
                        + "\(controllers[1]["kind"]?.stringValue ?? "")/\(controllers[1]["name"]?.stringValue ?? "")"))
        }
        return errors
    }

    /// An owner in the order in which Go writes its members.
    private static func shown(_ owner: JSONValue) -> String {
        let members = ["apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion"].compactMap { name in
            owner[name].map { "\"\(name)\":\($0.text())" }
        }
        return "{\(members.joined(separator: ","))}"
    }

    private func finalizerFaults(_ finalizers: JSONValue?) -> [FieldError] {
        var errors: [FieldError] = []
        let names = finalizers?.arrayValue?.compactMap(\.stringValue) ?? []
        for (index, name) in names.enumerated() {
            errors += Names.faultsOfQualifiedName(name).map { .invalid("metadata.finalizers", .string(name), $0) }
            let isStandard = ["kubernetes", "orphan", "foregroundDeletion"].contains(name)
            let freeGroups = ["apiextensions.k8s.io", "coordination.k8s.io", "policy"]
            let isFree = definition.isCustom || freeGroups.contains(definition.group)
            if !isFree, !isStandard, !name.contains("/") {
                errors.append(
                    .invalid(
                        "metadata.finalizers[\(index)]", .string(name),
                        "name is neither a standard finalizer name nor is it fully qualified"))
            }
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
