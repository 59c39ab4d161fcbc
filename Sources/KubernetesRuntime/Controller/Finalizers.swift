public import KubernetesClient

extension KubernetesClient {
    /// Makes sure that an object has a finalizer, so that it stays until ``removeFinalizer(_:from:_:)``.
    ///
    /// - Returns: the object with it.
    /// - Throws: an error with `isConflict` when the object has changed since it was read: reconcile again.
    @discardableResult
    public func addFinalizer(
        _ finalizer: String, to object: UntypedObject, _ kind: ResourceKind
    ) async throws(KubernetesError) -> UntypedObject {
        guard !object.finalizers.contains(finalizer), !object.isBeingDeleted else { return object }
        return try await setFinalizers(object.finalizers + [finalizer], of: object, kind)
    }

    /// Lets an object go as far as this finalizer is concerned; that it is gone already is fine.
    ///
    /// - Throws: an error with `isConflict` when the object has changed since it was read: reconcile again.
    public func removeFinalizer(
        _ finalizer: String, from object: UntypedObject, _ kind: ResourceKind
    ) async throws(KubernetesError) {
        guard object.finalizers.contains(finalizer) else { return }
        do throws(KubernetesError) {
            _ = try await setFinalizers(object.finalizers.filter { $0 != finalizer }, of: object, kind)
        } catch {
            if !error.isNotFound { throw error }
        }
    }

    private func setFinalizers(
        _ finalizers: [String], of object: UntypedObject, _ kind: ResourceKind
    ) async throws(KubernetesError) -> UntypedObject {
        var metadata: JSONValue = ["finalizers": finalizers.isEmpty ? .null : JSONValue(finalizers)]
        metadata["resourceVersion"] = object.resourceVersion.map { .string($0) }
        if !object.uid.isEmpty { metadata["uid"] = .string(object.uid) }
        return try await patch(kind, object.name, namespace: object.namespace, .merge(["metadata": metadata]))
    }
}
