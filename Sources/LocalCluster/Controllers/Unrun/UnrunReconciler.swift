import KubernetesClient
import KubernetesRuntime

/// Says of an object whose kind the API server keeps and nobody here runs that this is so, or its author would wait.
struct UnrunReconciler: Reconciler {
    static let kinds: [ResourceKind] = [.statefulSet, .daemonSet, .cronJob]

    let objects: ObjectCache
    let events: EventRecorder

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let object = objects[key], !object.isBeingDeleted else { return .done }
        events.record(
            object, .warning, reason: "NotRun", message: "A local cluster keeps \(object.kind)s but does not run them")
        return .done
    }
}
