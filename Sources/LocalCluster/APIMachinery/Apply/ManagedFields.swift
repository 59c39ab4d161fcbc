public import KubernetesClient

/// Who owns which field: `metadata.managedFields`.
public enum ManagedFields {
    /// The new object with the managed fields that a create, update or non-apply patch leaves.
    ///
    /// Call it with defaults filled in, before ``ResourceDefinition/prepareForCreate(_:)`` or `prepareForUpdate`.
    /// - Parameters:
    ///   - old: the stored object, `nil` at creation.
    ///   - now: RFC 3339 time with whole seconds.
    public static func updated(
        _ new: JSONValue, old: JSONValue?, definition: ResourceDefinition, manager: String, subresource: String? = nil,
        now: String
    ) -> JSONValue {
        var managers = Managers.before(new, old: old, subresource: subresource)
        // Who writes an object that nobody is known to own owns nothing either, until somebody applies.
        if managers.sets.isEmpty, old != nil { return withoutManagedFields(new) }
        managers.forgetUnknownVersions(of: definition)
        for object in [old, new].compactMap(\.self) where managers.conversionFault(object, definition) != nil {
            return withoutManagedFields(new)
        }
        let comparison = Self.comparison(old ?? definition.blank, new, definition, subresource)
        managers.take(comparison, exceptFrom: nil)
        let own = Manager(
            name: manager, operation: "Update", apiVersion: definition.apiVersion, subresource: subresource)
        let gained = comparison.modified.union(comparison.added).withoutIdentity()
        if !gained.isEmpty {
            managers.sets[own] = (managers.sets[own] ?? FieldSet()).union(gained)
            managers.times[own] = subresource == "scale" ? nil : now
        }
        managers.capUpdates()
        return managers.written(to: new)
    }

    /// Whether a write changed nothing: all is equal but the times of managed fields.
    public static func isUnchanged(_ new: JSONValue, from old: JSONValue) -> Bool {
        new == old || withoutTimes(new) == withoutTimes(old)
    }

    static func comparison(
        _ old: JSONValue, _ new: JSONValue, _ definition: ResourceDefinition, _ subresource: String?
    ) -> TypedValue.Comparison {
        TypedValue.compare(withoutManagedFields(old), withoutManagedFields(new), definition.schema)
            .filtered { definition.owned($0, through: subresource) }
    }

    static func withoutManagedFields(_ object: JSONValue) -> JSONValue {
        var object = object
        object[path: ["metadata", "managedFields"]] = nil
        return object
    }

    private static func withoutTimes(_ object: JSONValue) -> JSONValue {
        var object = object
        object.change("metadata") { $0.changeEach("managedFields") { $0["time"] = nil } }
        return object
    }
}

extension ResourceDefinition {
    /// An object nobody has written anything to.
    var blank: JSONValue {
        var object = isCustom ? JSONValue.emptyObject : TypedDecoder.zero(schema)
        object["apiVersion"] = .string(apiVersion)
        object["kind"] = .string(kind)
        return object
    }

    /// The part of a set that a write through the object or a subresource can own.
    func owned(_ set: FieldSet, through subresource: String?) -> FieldSet {
        var set = set
        if subresource == "status" {
            if isCustom {
                set.children = set.children.filter { $0.key == .field("status") }
            } else {
                set.children[.field("spec")] = nil
                if kind == "Deployment" { set.children[.field("metadata")]?.children[.field("labels")] = nil }
            }
        } else if hasStatus {
            set.children[.field("status")] = nil
        }
        return set
    }
}
