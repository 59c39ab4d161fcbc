import KubernetesClient
public import Logging

extension Controller {
    /// A controller of resources of one kind.
    ///
    /// - Parameters:
    ///   - name: also the field manager of the status, and the `controller` label of metrics.
    ///   - primary: the resources. Changes of their status alone do not count.
    ///   - watched: further objects, mapped to the resources they are about.
    ///   - finalizer: such as `example.com/cleanup`: resources get it, and go only after
    ///     ``ResourceReconciler/cleanUp(_:)``. For what owner references cannot remove.
    ///   - workers: how many resources are reconciled at a time.
    ///   - resync: reconcile everything again this often, to repair what nobody tells of.
    ///   - logger: told what fails.
    ///   - reconciler: what to do with one resource.
    public convenience init(
        _ name: String, for primary: Informer, watching watched: [Watched] = [], finalizer: String? = nil,
        workers: Int = 4, resync: Duration? = nil, logger: Logger = Logger(label: "controller"),
        reconciler: some ResourceReconciler
    ) {
        let pass = ResourcePass(manager: name, informer: primary, finalizer: finalizer, reconciler: reconciler)
        self.init(
            name, for: primary, watching: watched, filter: EventFilter.ignoringStatus, workers: workers, resync: resync,
            logger: logger, reconciler: pass)
    }
}

/// Finalizer, reconcile and status of one resource.
private struct ResourcePass<Resources: ResourceReconciler>: Reconciler {
    let manager: String
    let informer: Informer
    let finalizer: String?
    let reconciler: Resources

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard var object = informer.store[key] else { return .done }
        if object.isBeingDeleted {
            guard let finalizer, object.finalizers.contains(finalizer) else { return .done }
            try await reconciler.cleanUp(Resources.Resource(untyped: object))
            try await informer.client.removeFinalizer(finalizer, from: object, informer.kind)
            return .done
        }
        if let finalizer { object = try await informer.client.addFinalizer(finalizer, to: object, informer.kind) }
        let outcome = try await reconciler.reconcile(Resources.Resource(untyped: object))
        if let status = outcome.status { try await show(status, of: object) }
        return outcome.next
    }

    /// Writes a status over the version it was made for, if it is another one.
    private func show(_ status: Resources.Resource.Status, of object: UntypedObject) async throws {
        let status = try JSONValueEncoder().encode(status).keepingTransitionTimes(of: object.status, now: .now)
        guard status != object.status ?? .emptyObject else { return }
        var wanted = UntypedObject(informer.kind, name: object.name, namespace: object.namespace)
        wanted["metadata", "uid"] = .string(object.uid)
        wanted.resourceVersion = object.resourceVersion
        wanted.status = status
        try await informer.client.apply(informer.kind, wanted, fieldManager: manager, subresource: "status")
    }
}
