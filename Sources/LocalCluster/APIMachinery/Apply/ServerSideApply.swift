public import KubernetesClient

/// Server-side apply, after the merge algorithm of Kubernetes' structured-merge-diff.
public enum ServerSideApply {
    /// The live object with an applied configuration merged in: defaults filled in and managed fields kept.
    ///
    /// - Parameter live: the stored object; `nil` creates.
    /// - Returns: the object to go through prepare and validate; `ManagedFields.isUnchanged` tells when nothing changed.
    /// - Throws: 409 with all conflicts unless forced; 400/422/500 for bodies that cannot be applied.
    public static func apply(
        _ configuration: JSONValue, to live: JSONValue?, definition: ResourceDefinition, manager name: String,
        force: Bool = false, subresource: String? = nil, now: String
    ) throws(StatusError) -> JSONValue {
        try check(configuration, definition)
        let schema = definition.schema
        var managers = Managers(live)
        let base = ManagedFields.withoutManagedFields(live ?? definition.blank)
        if let live, managers.sets.isEmpty { managers = unknownOwner(of: live, definition, subresource, now) }
        managers.forgetUnknownVersions(of: definition)
        if let fault = managers.conversionFault(base, definition) { throw .unforeseen(fault) }
        let own = Manager(
            name: name, operation: "Apply", apiVersion: definition.apiVersion, subresource: subresource)
        let previous = managers.applier(name, subresource)
        let last = previous.flatMap { managers.sets[$0] } ?? FieldSet()
        let lastTime = previous.flatMap { managers.times[$0] }
        if let previous { managers.sets[previous] = nil }
        // Until the merge is done the applier owns the object's name too, so that metadata stays.
        let applied = definition.owned(TypedValue.fieldSet(configuration, schema), through: subresource)
        managers.sets[own] = applied

        var merged = TypedValue.merge(configuration, onto: base, schema) ?? configuration
        merged = prune(merged, last, managers, schema)

        // What was applied is compared as it was written: `0.1` is not what is stored of it, `100m`.
        let comparison = ManagedFields.comparison(base, merged, definition, subresource)
        if !force {
            var conflicts = managers.owners(of: comparison.modified.union(comparison.added), except: own)
            if name == ClientSideApply.successor, !conflicts.isEmpty {
                let yielding = ClientSideApply.fields(of: base, definition)
                conflicts = conflicts.mapValues { $0.subtracting(yielding) }.filter { !$0.value.isEmpty }
            }
            if !conflicts.isEmpty { throw conflict(conflicts) }
        }
        managers.take(comparison, exceptFrom: own)
        managers.sets[own] = applied.withoutIdentity()
        managers.times[own] = merged == base ? lastTime : now
        if !definition.isCustom { merged = try canonical(merged, definition) }
        if name == ClientSideApply.successor { ClientSideApply.renew(in: &merged, to: configuration) }
        return managers.written(to: definition.withDefaults(merged))
    }

    /// The entry of whoever wrote an object whose managed fields were emptied.
    private static func unknownOwner(
        of live: JSONValue, _ definition: ResourceDefinition, _ subresource: String?, _ now: String
    ) -> Managers {
        let before = ManagedFields.updated(
            ManagedFields.withoutManagedFields(live), old: nil, definition: definition, manager: "before-first-apply",
            subresource: subresource, now: now)
        return Managers(before)
    }

    private static func check(_ configuration: JSONValue, _ definition: ResourceDefinition) throws(StatusError) {
        if configuration[path: ["metadata", "managedFields"]] != nil {
            throw .badRequest("metadata.managedFields must be nil")
        }
        let (version, kind) = (configuration["apiVersion"]?.stringValue ?? "", configuration["kind"]?.stringValue ?? "")
        guard kind == definition.kind, version == definition.apiVersion else {
            let group = version.contains("/") ? "" : "/"
            throw .badRequest("invalid object type: \(group)\(version), Kind=\(kind)")
        }
        let faults = ApplyValidation.faults(configuration, definition.schema)
        guard !faults.isEmpty else { return }
        let namespace = configuration[path: ["metadata", "namespace"]]?.stringValue ?? ""
        throw .unforeseen(
            "failed to create typed patch object (\(namespace)/\(configuration.objectName); "
                + "\(definition.group)/\(definition.version), Kind=\(definition.kind)): \(ApplyValidation.list(faults))"
        )
    }

    private static func canonical(
        _ object: JSONValue, _ definition: ResourceDefinition
    ) throws(StatusError) -> JSONValue {
        var decoder = TypedDecoder(isConverted: true)
        do throws(TypedDecoder.Fault) {
            return try decoder.decode(object, definition.schema)
        } catch {
            let kind =
                "\(definition.group.isEmpty ? "" : definition.group + "/")\(definition.version), Kind=\(definition.kind)"
            let namespace = object[path: ["metadata", "namespace"]]?.stringValue ?? ""
            throw .unforeseen(
                "failed to convert new object (\(namespace)/\(object.objectName); \(kind)) to proper version: unable to "
                    + "convert unstructured object to \(kind): \(error.conversion)")
        }
    }

    /// Removes what the applier set before and leaves out now, unless somebody else owns it too.
    private static func prune(
        _ merged: JSONValue, _ last: FieldSet, _ managers: Managers, _ schema: Schema
    ) -> JSONValue {
        if last.isEmpty { return merged }
        let lastNamed = last.withNamedFields(schema)
        var pruned = TypedValue.remove(lastNamed, from: merged, schema)
        let mergedSet = TypedValue.fieldSet(merged, schema).withNamedFields(schema)
        func prunedSet() -> FieldSet { TypedValue.fieldSet(pruned, schema).withNamedFields(schema) }
        let owned = managers.sets.values.reduce(FieldSet()) { $0.union($1) }.withNamedFields(schema)
        pruned = TypedValue.remove(
            mergedSet.subtracting(prunedSet().union(owned)), from: merged, schema)
        return TypedValue.remove(
            mergedSet.subtracting(prunedSet()).intersection(lastNamed), from: merged, schema)
    }

    private static func conflict(_ conflicts: [Manager: FieldSet]) -> StatusError {
        let all = conflicts.map { (manager: $0.key.description, paths: $0.value.paths) }
            .sorted { $0.manager < $1.manager }
        let count = all.reduce(0) { $0 + $1.paths.count }
        let list =
            count == 1
            ? "conflict with \(all[0].manager): \(all[0].paths[0])"
            : all.map { "conflicts with \($0.manager):\n" + $0.paths.map { "- \($0)" }.joined(separator: "\n") }
                .joined(separator: "\n")
        let causes = all.flatMap { conflict in
            conflict.paths.map {
                StatusError.Cause(
                    reason: "FieldManagerConflict", message: "conflict with \(conflict.manager)", field: $0)
            }
        }
        return StatusError(
            code: 409, reason: "Conflict",
            message: "Apply failed with \(count) conflict\(count == 1 ? "" : "s"): \(list)",
            details: .init(causes: causes))
    }
}
