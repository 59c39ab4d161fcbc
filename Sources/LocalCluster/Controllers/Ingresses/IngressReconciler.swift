import KubernetesClient
import KubernetesRuntime

/// Tells in every Ingress' status where the cluster's edge listens.
struct IngressReconciler: Reconciler {
    let context: ControllerContext
    let ingresses: ObjectCache
    let address: String
    let port: Int

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let ingress = ingresses[key], !ingress.isBeingDeleted else { return .done }
        let place: JSONValue = [
            "ip": .string(address), "ports": [["port": JSONValue(port), "protocol": "TCP"]],
        ]
        try await context.write(["loadBalancer": ["ingress": [place]]], of: ingress, .ingress, in: ingresses)
        return .done
    }
}
