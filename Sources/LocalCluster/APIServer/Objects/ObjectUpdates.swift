internal import APIMachinery
internal import Hummingbird
internal import KubernetesClient

extension APIHandler {
    func replace(_ request: ObjectRequest) throws -> Response {
        let options = try WriteOptions(request.request, kind: "UpdateOptions")
        _ = try request.representation()
        let (sent, warnings) = try request.sentObject(options)
        let object = try request.inNamespace(sent)
        try Self.requireName(object, request)
        if request.definition.isCreatedByReplacing, request.subresource == nil,
            store.object(request.definition.storageKey, request.namespace, request.name) == nil
        {
            try authorizeCreation(request)
            let created = try create(object, request, manager: options.manager, dryRun: options.dryRun)
            return try request.answer(
                created, status: 201, warnings: warnings + Self.warnings(created, nil, request.definition))
        }
        var before: JSONValue?
        let updated = try WarnedFailure.adding(warnings) {
            try update(request, manager: options.manager, dryRun: options.dryRun) { old in
                before = old
                try Self.requireRevision(object, old, request)
                return object
            }
        }
        return try request.answer(updated, warnings: warnings + Self.warnings(updated, before, request.definition))
    }

    /// Changes an object, again when somebody else changed it in between.
    ///
    /// - Parameters:
    ///   - manager: who owns what changes; `nil` when `change` has seen to that (an apply).
    ///   - change: makes the new object of the current one.
    func update(
        _ request: ObjectRequest, manager: String?, dryRun: Bool, change: (JSONValue) throws -> JSONValue
    ) throws -> JSONValue {
        for _ in 0..<20 {
            let stored = try find(request)
            let old = request.view(stored)
            do {
                return try complete(try change(old), old, stored, request, manager: manager, dryRun: dryRun)
            } catch is StoreConflict {
                continue
            }
        }
        throw StatusError.modified(request.definition, name: request.name)
    }

    /// Defaults, ownership, the rules of the kind; then stores what became of the object, or removes it when nothing
    /// held it any more.
    private func complete(
        _ proposed: JSONValue, _ old: JSONValue, _ stored: StoredObject, _ request: ObjectRequest, manager: String?,
        dryRun: Bool
    ) throws -> JSONValue {
        let definition = request.definition
        var new = definition.withDefaults(proposed)
        new[path: ["metadata", "resourceVersion"]] = .string(String(stored.revision))
        new[path: ["metadata", "selfLink"]] = nil
        for field in ["deletionTimestamp", "deletionGracePeriodSeconds"] {
            if let value = old[path: ["metadata", field]] { new[path: ["metadata", field]] = value }
        }
        if let manager {
            new = ManagedFields.updated(
                new, old: old, definition: definition, manager: manager, subresource: request.subresource,
                now: timestamp())
        }
        let finalizers = new[path: ["spec", "finalizers"]]
        new = definition.prepareForUpdate(new, old: old, subresource: request.subresource)
        if request.subresource == "finalize" { new[path: ["spec", "finalizers"]] = finalizers }
        if request.subresource == "binding" { new["status"] = proposed["status"] }
        new[path: ["metadata", "resourceVersion"]] = .string(String(stored.revision))
        let errors = definition.validateUpdate(new, old: old, subresource: request.subresource)
        if !errors.isEmpty {
            let told = definition.warnings(ofRefused: new, old: old, errors)
            try WarnedFailure.adding(told) { throw StatusError.invalid(definition, name: request.name, errors) }
        }
        let (admitted, reservation) = try admitUpdate(new, old: old, request, dryRun: dryRun)
        let isUnchanged = ManagedFields.isUnchanged(request.stored(admitted), from: request.stored(old))
        if isUnchanged || dryRun {
            services.release(reservation)
            return isUnchanged ? old : request.view(request.stored(admitted))
        }
        do {
            let isFinished = Self.isFinished(admitted, definition)
            let change = StoreChange(
                resource: definition.storageKey, namespace: stored.namespace, name: stored.name,
                basis: stored.revision, object: request.stored(admitted), isDeletion: isFinished)
            let written = try commit(change, definition)
            return isFinished ? admitted : request.view(written, madeOf: change.object)
        } catch {
            services.release(reservation)
            throw error
        }
    }

    /// Whether an object that is being deleted is held by nothing any more.
    static func isFinished(_ object: JSONValue, _ definition: ResourceDefinition) -> Bool {
        let metadata = object["metadata"]
        guard metadata?["deletionTimestamp"] != nil, metadata?["finalizers"]?.arrayValue?.isEmpty ?? true,
            metadata?["deletionGracePeriodSeconds"]?.intValue ?? 0 == 0
        else { return false }
        return !definition.isNamespace || object[path: ["spec", "finalizers"]]?.arrayValue?.isEmpty ?? true
    }

    static func requireName(_ object: JSONValue, _ request: ObjectRequest) throws(StatusError) {
        let name = object[path: ["metadata", "name"]]?.stringValue ?? ""
        if name.isEmpty {
            throw .badRequest(
                "the name of the object (\(request.name) based on URL) was undeterminable: name must be provided")
        }
        guard name == request.name else { throw .wrongName(name, request.name) }
    }

    /// Optimistic concurrency: the revision and uid of the sent object, where it has them, are preconditions.
    static func requireRevision(
        _ new: JSONValue, _ old: JSONValue, _ request: ObjectRequest
    ) throws(StatusError) {
        let definition = request.definition
        let uid = new[path: ["metadata", "uid"]]?.stringValue ?? ""
        let currentUID = old[path: ["metadata", "uid"]]?.stringValue ?? ""
        guard uid.isEmpty || uid == currentUID else {
            throw .otherUID(uid, currentUID, request)
        }
        let revision = new[path: ["metadata", "resourceVersion"]]?.stringValue ?? ""
        if revision.isEmpty || revision == "0" {
            guard !definition.needsRevisionToReplace || request.subresource == "scale" else {
                throw .invalid(
                    kind: definition.plural, group: definition.group, name: request.name,
                    [.invalid("metadata.resourceVersion", 0, "must be specified for an update")])
            }
        } else if UInt64(revision) == nil {
            throw .unforeseen("strconv.ParseUint: parsing \(JSONValue.string(revision).text()): invalid syntax")
        } else if revision != old[path: ["metadata", "resourceVersion"]]?.stringValue {
            throw .modified(definition, name: request.name)
        }
    }
}

extension ResourceDefinition {
    var isNamespace: Bool { group.isEmpty && plural == "namespaces" }
    var isPod: Bool { group.isEmpty && plural == "pods" }
    var isDefinitionOfKinds: Bool { group == "apiextensions.k8s.io" && plural == "customresourcedefinitions" }

    /// Kinds of which a PUT makes an object that is not there.
    fileprivate var isCreatedByReplacing: Bool {
        switch group {
        case "": ["services", "endpoints", "events", "limitranges"].contains(plural)
        case "coordination.k8s.io", "events.k8s.io", "rbac.authorization.k8s.io": true
        default: false
        }
    }

    /// Kinds whose objects cannot be replaced by somebody who does not say what they have seen.
    var needsRevisionToReplace: Bool {
        isCustom
            || ["leases", "customresourcedefinitions", "poddisruptionbudgets"].contains(plural)
    }
}

extension StatusError {
    static func modified(_ definition: ResourceDefinition, name: String) -> StatusError {
        .conflict(
            definition, name: name,
            "the object has been modified; please apply your changes to the latest version and try again")
    }

    /// The object has been made anew since the sender saw it.
    static func otherUID(_ uid: String, _ current: String, _ request: ObjectRequest) -> StatusError {
        let definition = request.definition
        let group = definition.isCustom || definition.isDefinitionOfKinds ? "\(definition.group)/" : ""
        let path = [group + definition.plural, request.namespace, request.name].filter { !$0.isEmpty }
        return .conflict(
            definition, name: request.name,
            "StorageError: invalid object, Code: 4, Key: /registry/\(path.joined(separator: "/")), ResourceVersion: 0, "
                + "AdditionalErrorMsg: Precondition failed: UID in precondition: \(uid), UID in object meta: \(current)"
        )
    }

    static func wrongName(_ name: String, _ expected: String) -> StatusError {
        .badRequest("the name of the object (\(name)) does not match the name on the URL (\(expected))")
    }
}
