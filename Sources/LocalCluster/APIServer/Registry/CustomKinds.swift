internal import APIMachinery
internal import KubernetesClient

/// Makes CustomResourceDefinitions take effect with the write that changes them: names accepted, kind served; and on
/// deletion, the kind's objects removed first.
struct CustomKinds: Sendable {
    static let finalizer: JSONValue = "customresourcecleanup.apiextensions.k8s.io"
    static let key = "customresourcedefinitions.apiextensions.k8s.io"

    let store: ObjectStore
    let registry: Registry

    /// Serves what is stored, at a start.
    func restore() throws {
        for stored in store.list(Self.key).objects {
            try changed(stored)
            try finish(stored.name)
        }
    }

    /// A definition was written.
    func changed(_ stored: StoredObject) throws {
        var definition = stored.value()
        guard definition[path: ["metadata", "deletionTimestamp"]] == nil else {
            serve(definition, name: stored.name)
            return
        }
        let group = definition["spec"]?["group"]?.stringValue ?? ""
        let others = definitions(of: group, but: stored.name).map {
            $0.value()[path: ["status", "acceptedNames"]] ?? [:]
        }
        let status = CustomResourceDefinitions.status(of: definition, others: others, now: timestamp())
        var finalizers = definition[path: ["metadata", "finalizers"]]?.arrayValue ?? []
        if status != definition["status"] || !finalizers.contains(Self.finalizer) {
            if !finalizers.contains(Self.finalizer) { finalizers.append(Self.finalizer) }
            definition["status"] = status
            definition[path: ["metadata", "finalizers"]] = .array(finalizers)
            // Whoever changed it meanwhile comes through here as well.
            _ = try? store.commit(
                StoreChange(
                    resource: Self.key, namespace: "", name: stored.name, basis: stored.revision, object: definition))
        }
        serve(definition, name: stored.name)
        try reconsider(group, but: stored.name)
    }

    private func definitions(of group: String, but name: String) -> [StoredObject] {
        store.list(Self.key).objects.filter { $0.name != name && $0.name.hasSuffix(".\(group)") }
    }

    /// Names that are free now are accepted of those who waited for them.
    private func reconsider(_ group: String, but name: String) throws {
        for waiting in definitions(of: group, but: name) {
            let definition = waiting.value()
            let conditions = definition[path: ["status", "conditions"]]?.arrayValue ?? []
            guard conditions.contains(where: { $0["type"] == "NamesAccepted" && $0["status"] == "False" }) else {
                continue
            }
            let others = definitions(of: group, but: waiting.name).map {
                $0.value()[path: ["status", "acceptedNames"]] ?? [:]
            }
            let status = CustomResourceDefinitions.status(of: definition, others: others, now: timestamp())
            if status != definition["status"] { try changed(waiting) }
        }
    }

    private func serve(_ definition: JSONValue, name: String) {
        let conditions = definition[path: ["status", "conditions"]]?.arrayValue ?? []
        let isEstablished = conditions.contains { $0["type"] == "Established" && $0["status"] == "True" }
        let kinds = isEstablished ? CustomResourceDefinitions.definitions(of: definition) : []
        registry.set(kinds, for: name)
        if let key = kinds.first?.storageKey { store.begin(key) }
    }

    /// A definition is gone.
    func removed(_ name: String) {
        registry.set([], for: name)
        store.endWatches(name)
        try? reconsider(String(name.drop { $0 != "." }.dropFirst()), but: name)
    }

    /// What a definition says of its deletion.
    static func terminating(_ definition: JSONValue, inProgress: Bool = false) -> JSONValue {
        var definition = definition
        var conditions = definition[path: ["status", "conditions"]]?.arrayValue ?? []
        let condition: JSONValue = [
            "type": "Terminating", "status": "True", "lastTransitionTime": .string(timestamp()),
            "reason": inProgress ? "InstanceDeletionInProgress" : "InstanceDeletionPending",
            "message": inProgress
                ? "CustomResource deletion is in progress"
                : "CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon",
        ]
        if let index = conditions.firstIndex(where: { $0["type"] == "Terminating" }) {
            if conditions[index]["reason"] == condition["reason"] || !inProgress { return definition }
            conditions[index] = condition
        } else {
            conditions.append(condition)
        }
        definition[path: ["status", "conditions"]] = .array(conditions)
        return definition
    }

    /// Goes on with the deletion of a definition: deletes the objects of its kind; when none is left, removes it.
    func finish(_ name: String) throws {
        guard let stored = store.object(Self.key, "", name) else { return }
        var definition = stored.value()
        guard definition[path: ["metadata", "deletionTimestamp"]] != nil else { return }
        for object in store.list(name).objects {
            let old = object.value()
            var new = old
            let isHeld = !(old[path: ["metadata", "finalizers"]]?.arrayValue ?? []).isEmpty
            if isHeld {
                guard old[path: ["metadata", "deletionTimestamp"]] == nil else { continue }
                new[path: ["metadata", "deletionTimestamp"]] = .string(timestamp())
                new[path: ["metadata", "deletionGracePeriodSeconds"]] = 0
            }
            _ = try? store.commit(
                StoreChange(
                    resource: name, namespace: object.namespace, name: object.name, basis: object.revision, object: new,
                    isDeletion: !isHeld))
        }
        guard store.list(name).objects.isEmpty else {
            let told = Self.terminating(definition, inProgress: true)
            if told != definition {
                _ = try? store.commit(
                    StoreChange(resource: Self.key, namespace: "", name: name, basis: stored.revision, object: told))
            }
            return
        }
        let finalizers = (definition[path: ["metadata", "finalizers"]]?.arrayValue ?? []).filter {
            $0 != Self.finalizer
        }
        definition[path: ["metadata", "finalizers"]] = finalizers.isEmpty ? nil : .array(finalizers)
        _ = try? store.commit(
            StoreChange(
                resource: Self.key, namespace: "", name: name, basis: stored.revision, object: definition,
                isDeletion: finalizers.isEmpty))
        if finalizers.isEmpty { removed(name) }
    }
}

extension APIHandler {
    /// Stores a change and lets it take effect on the server itself.
    func commit(_ change: StoreChange, _ definition: ResourceDefinition) throws -> StoredObject {
        var change = change
        if definition.isDefinitionOfKinds, change.object[path: ["metadata", "deletionTimestamp"]] != nil {
            change.object = CustomKinds.terminating(change.object)
        }
        let stored = try store.commit(change)
        let kinds = CustomKinds(store: store, registry: registry)
        if definition.isDefinitionOfKinds {
            if change.isDeletion {
                kinds.removed(change.name)
            } else {
                try kinds.changed(stored)
                try kinds.finish(change.name)
            }
        } else if definition.isCustom, change.isDeletion {
            try kinds.finish(definition.qualifiedPlural)
        }
        if definition.group == "rbac.authorization.k8s.io", definition.plural == "clusterroles" {
            try RoleAggregation(store: store, authorizer: authorizer).run()
        }
        if change.isDeletion, definition.isService { services.release(change.object) }
        return stored
    }
}
