internal import APIMachinery
internal import Hummingbird
internal import KubernetesClient

extension APIHandler {
    func create(_ request: ObjectRequest) throws -> Response {
        let options = try WriteOptions(request.request, kind: "CreateOptions")
        _ = try request.representation()
        let (sent, warnings) = try request.sentObject(options)
        let object = try request.inNamespace(sent)
        let created = try WarnedFailure.adding(warnings) {
            try create(object, request, manager: options.manager, dryRun: options.dryRun)
        }
        return try request.answer(
            created, status: 201, warnings: warnings + Self.warnings(created, nil, request.definition))
    }

    /// Stores a new object.
    ///
    /// - Parameter manager: who owns its fields; `nil` when its managed fields are there already (an apply).
    func create(
        _ sent: JSONValue, _ request: ObjectRequest, manager: String?, dryRun: Bool
    ) throws -> JSONValue {
        let definition = request.definition
        let generated = Self.isEmpty(sent, "name") && !Self.isEmpty(sent, "generateName")
        for attempt in 0... {
            let object = try prepared(sent, request, manager: manager, generatesName: generated)
            let name = object[path: ["metadata", "name"]]?.stringValue ?? ""
            try requireNamespace(request, name: sent.text("metadata", generated ? "generateName" : "name"))
            let (admitted, reservation) = try admitCreation(object, request, dryRun: dryRun)
            do {
                let errors = definition.validateCreate(admitted)
                if !errors.isEmpty { throw StatusError.invalid(definition, name: name, errors) }
                guard Self.isEmpty(sent, "resourceVersion") else {
                    throw StatusError.unforeseen("resourceVersion should not be set on objects to be created")
                }
                guard store.object(definition.storageKey, request.namespace, name) == nil else { throw StoreConflict() }
                if dryRun {
                    services.release(reservation)
                    return request.view(request.stored(admitted))
                }
                let change = StoreChange(
                    resource: definition.storageKey, namespace: request.namespace, name: name, basis: nil,
                    object: request.stored(admitted))
                return request.view(try commit(change, definition), madeOf: change.object)
            } catch is StoreConflict {
                services.release(reservation)
                if generated, attempt < 8 { continue }
                throw exists(name, generatedFrom: sent.text("metadata", "generateName"), request)
            } catch {
                services.release(reservation)
                throw error
            }
        }
        throw StatusError.alreadyExists(definition, name: "")
    }

    /// - Parameter prefix: of a name to be generated; one that was given besides is told of too.
    private func exists(_ name: String, generatedFrom prefix: String, _ request: ObjectRequest) -> StatusError {
        var error = StatusError.alreadyExists(request.definition, name: name)
        let existing = store.object(request.definition.storageKey, request.namespace, name)?.value()
        if existing?[path: ["metadata", "deletionTimestamp"]] != nil {
            error.message = "object is being deleted: \(error.message)"
        }
        if !prefix.isEmpty {
            error.message += ", the server was not able to generate a unique name for the object"
            error.details?.retryAfterSeconds = 1
        }
        return error
    }

    private func prepared(
        _ sent: JSONValue, _ request: ObjectRequest, manager: String?, generatesName: Bool
    ) throws(StatusError) -> JSONValue {
        var object = sent
        if generatesName {
            let prefix = object[path: ["metadata", "generateName"]]?.stringValue ?? ""
            object[path: ["metadata", "name"]] = .string(prefix.prefix(58) + randomSuffix())
        }
        for key in ["selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "resourceVersion"] {
            object[path: ["metadata", key]] = nil
        }
        let now = timestamp()
        object[path: ["metadata", "uid"]] = .string(newUID())
        object[path: ["metadata", "creationTimestamp"]] = .string(now)
        object = request.definition.withDefaults(object)
        if let manager {
            object = ManagedFields.updated(
                object, old: nil, definition: request.definition, manager: manager, now: now)
        }
        return request.definition.prepareForCreate(object)
    }

    private static func isEmpty(_ object: JSONValue, _ key: String) -> Bool {
        (object[path: ["metadata", key]]?.stringValue ?? "").isEmpty
    }

    /// Nothing new comes into a namespace that does not exist or is being deleted.
    private func requireNamespace(_ request: ObjectRequest, name: String) throws(StatusError) {
        guard request.definition.namespaced else { return }
        guard let namespace = store.object("namespaces", "", request.namespace) else {
            throw StatusError(
                code: 404, reason: "NotFound", message: "namespaces \"\(request.namespace)\" not found",
                details: .init(name: request.namespace, kind: "namespaces"))
        }
        guard namespace.value(at: ["metadata", "deletionTimestamp"]) != nil else { return }
        throw .forbidden(
            request.definition, name: name,
            "unable to create new content in namespace \(request.namespace) because it is being terminated",
            causes: [
                .init(
                    reason: "NamespaceTerminating", message: "namespace \(request.namespace) is being terminated",
                    field: "metadata.namespace")
            ])
    }

    /// What the writer of a stored object is warned of.
    static func warnings(_ object: JSONValue, _ old: JSONValue?, _ definition: ResourceDefinition) -> [String] {
        (definition.isCustom ? finalizerWarnings(object) : []) + definition.warnings(object, old: old)
    }

    private static func finalizerWarnings(_ object: JSONValue) -> [String] {
        let standard = ["orphan", "foregroundDeletion", "kubernetes"]
        let names = object[path: ["metadata", "finalizers"]]?.arrayValue?.compactMap(\.stringValue) ?? []
        return names.filter { !$0.contains("/") && !standard.contains($0) && !$0.hasSuffix(".k8s.io") }.map {
            "metadata.finalizers: \"\($0)\": prefer a domain-qualified finalizer name to avoid accidental conflicts "
                + "with other finalizer writers"
        }
    }
}
