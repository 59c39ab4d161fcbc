public import KubernetesClient

extension KubernetesClient {
    /// Deletes this very object; that it is gone already, or that another has its name by now, is fine.
    public func deleteIfPresent(
        _ kind: ResourceKind, _ object: UntypedObject, propagation: DeleteOptions.Propagation = .background
    ) async throws(KubernetesError) {
        do throws(KubernetesError) {
            try await delete(
                kind, object.name, namespace: object.namespace,
                options: DeleteOptions(uid: object.uid, propagation: propagation))
        } catch {
            if !error.isNotFound, !error.isConflict { throw error }
        }
    }
}
