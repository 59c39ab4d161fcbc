import KubernetesClient
import KubernetesRuntime

/// Binds PersistentVolumeClaims at once: the node keeps a folder for each.
struct ClaimReconciler: Reconciler {
    let context: ControllerContext
    let claims: ObjectCache

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let claim = claims[key], !claim.isBeingDeleted, claim["status", "phase"]?.stringValue != "Bound" else {
            return .done
        }
        var status = claim.status ?? .emptyObject
        status["phase"] = "Bound"
        status["accessModes"] = claim["spec", "accessModes"]
        status["capacity"] = claim["spec", "resources", "requests"]
        try await context.write(status, of: claim, .persistentVolumeClaim, in: claims)
        return .done
    }
}
