import KubernetesClient
import StorefrontAPI

/// An object that could not be made what the plan says.
struct ObjectFailure: Error, Sendable, Hashable {
    /// `Deployment default/acme-user`.
    var object: String
    var detail: String
    /// The name is taken by somebody else's object.
    var isForeign = false
}

/// Makes Kubernetes objects what the plan says by server-side apply, and writes only when something differs.
struct ObjectApplier: Sendable {
    static let fieldManager = "storefront-operator"

    var view: ClusterView
    var owner: String

    /// How many requests are under way at a time.
    private static let width = 8

    /// Applies all, and tells what failed; one failure does not keep the others.
    func apply(_ planned: [PlannedObject]) async -> [ObjectFailure] {
        await withTaskGroup(of: ObjectFailure?.self) { group in
            var rest = planned[...]
            var failures: [ObjectFailure] = []
            func start() {
                guard let object = rest.popFirst() else { return }
                group.addTask { await self.failure(of: object) }
            }
            for _ in 0..<Self.width { start() }
            for await failure in group {
                if let failure { failures.append(failure) }
                start()
            }
            return failures.sorted { $0.object < $1.object }
        }
    }

    private func failure(of planned: PlannedObject) async -> ObjectFailure? {
        do {
            try await apply(planned)
            return nil
        } catch let failure as ObjectFailure {
            return failure
        } catch {
            return ObjectFailure(object: "\(planned.kind.kind) \(planned.key)", detail: "\(error)")
        }
    }

    /// - Throws: ``ObjectFailure`` or `KubernetesError`.
    func apply(_ planned: PlannedObject) async throws {
        let kind = planned.kind
        if planned.isUnwanted {
            if let live = view.object(kind, planned.key), isOurs(live) { try await delete(kind, live) }
            return
        }
        let plan = Self.fingerprint(planned.object)
        if view.isSettled(kind, planned.key, plan: plan) { return }
        var live = view.object(kind, planned.key)
        if live != nil, kind == .secret { live = try await view.secret(planned.key) }
        guard let object = Self.merged(planned, live, plan: plan) else { return }
        if let live, !live.isBeingDeleted,
            live.annotations[Annotations.applied] == object.annotations[Annotations.applied],
            ObjectComparison.covers(live.json, object.json)
        {
            view.settle(kind, live, plan: plan)
            return
        }
        if let handover = planned.handover, let live, isOurs(live) { try await make(handover, of: live) }
        // What was not seen as ours is not taken by force.
        if try await send(kind, object, force: live.map(isOurs) ?? false) { return }
        guard let present = try await view.client.find(kind, planned.key.name, namespace: planned.key.namespace),
            !isOurs(present)
        else {
            _ = try await send(kind, object, force: true)
            return
        }
        throw ObjectFailure(
            object: "\(kind.kind) \(planned.key)",
            detail: "the name is taken by an object that is not this Storefront's; delete or rename it", isForeign: true
        )
    }

    private func make(_ handover: ReplicaHandover, of cached: UntypedObject) async throws {
        // Caches have no managedFields.
        guard let live = try await view.client.find(.deployment, cached.name, namespace: cached.namespace),
            let object = handover.object(for: live)
        else { return }
        view.willWrite()
        let answer = try await view.client.apply(
            .deployment, object, fieldManager: ReplicaHandover.fieldManager, force: true)
        view.wrote(.deployment, answer)
    }

    /// Applies an object; `false` when that meets a field that another manager has.
    private func send(_ kind: ResourceKind, _ object: UntypedObject, force: Bool) async throws -> Bool {
        do {
            view.willWrite()
            let answer = try await view.client.apply(kind, object, fieldManager: Self.fieldManager, force: force)
            view.wrote(kind, answer)
            return true
        } catch {
            if error.isConflict, !force { return false }
            throw error
        }
    }

    /// Creates what must never be changed afterwards; that it is there already is fine.
    func create(_ planned: PlannedObject) async throws {
        do {
            view.willWrite()
            let answer = try await view.client.create(
                planned.kind, Self.stamped(planned.object), options: WriteOptions(fieldManager: Self.fieldManager))
            view.wrote(planned.kind, answer)
        } catch {
            if !error.isAlreadyExists { throw error }
        }
    }

    func delete(_ kind: ResourceKind, _ object: UntypedObject) async throws {
        do {
            view.willWrite()
            try await view.client.delete(
                kind, object.name, namespace: object.namespace,
                options: DeleteOptions(uid: object.uid, propagation: .background))
        } catch {
            // Gone, or already another object of that name.
            if !error.isNotFound, !error.isConflict { throw error }
        }
        view.deleted(kind, object.key)
    }

    /// Whether an object is of this Storefront's making: it says so, or the Storefront owns it.
    private func isOurs(_ object: UntypedObject) -> Bool {
        if let controller = object.controllerReference { return controller.uid == owner }
        return object.annotations[Annotations.applied] != nil || object.labels[Labels.managedBy] == Labels.manager
    }

    // MARK: - What is sent

    /// The object with the hash of what is planned, by which a later release tells that fields have gone.
    static func stamped(_ object: UntypedObject, plan: String? = nil) -> UntypedObject {
        var stamped = object
        stamped["metadata", "annotations", Annotations.applied] = .string(plan ?? fingerprint(object))
        return stamped
    }

    private static func fingerprint(_ object: UntypedObject) -> String { Fingerprint.of(object.json.text()) }

    /// `nil` when the live object is to stay as it is: a claim can only grow, and its class is fixed.
    private static func merged(_ planned: PlannedObject, _ live: UntypedObject?, plan: String) -> UntypedObject? {
        guard planned.kind == .persistentVolumeClaim, let live else { return stamped(planned.object, plan: plan) }
        var object = planned.object
        let path = ["spec", "resources", "requests", "storage"]
        guard let wanted = object.json[path: path]?.stringValue, let present = live.json[path: path]?.stringValue,
            let wantedAmount = ObjectComparison.amount(wanted), let presentAmount = ObjectComparison.amount(present)
        else { return nil }
        if wantedAmount < presentAmount { object.json[path: path] = .string(present) }
        object["spec", "storageClassName"] = live["spec", "storageClassName"]
        return stamped(object)
    }
}
