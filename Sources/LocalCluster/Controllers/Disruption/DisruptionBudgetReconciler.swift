import APIMachinery
import KubernetesClient
import KubernetesRuntime

/// Keeps the status of PodDisruptionBudgets, by which an eviction is allowed or refused.
struct DisruptionBudgetReconciler: Reconciler {
    let context: ControllerContext
    let budgets: ObjectCache

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let budget = budgets[key], !budget.isBeingDeleted,
            let selector = budget["spec", "selector"].flatMap({ LabelSelector($0) })
        else { return .done }
        let pods = context.pods.objects(namespace: key.namespace).filter { selector.matches($0.labels) }
        let controllers = Set(pods.compactMap { $0.controllerReference?.uid })
        let sets = context.replicaSets.objects(namespace: key.namespace).filter { controllers.contains($0.uid) }
        // ReplicaSets of one Deployment count once, by the Deployment's scale.
        let deployments = Set(sets.compactMap { $0.controllerReference?.name })
        let expected =
            deployments.reduce(0) { sum, name in
                sum
                    + (context.deployments[ObjectKey(namespace: key.namespace, name: name)]?.count("spec", "replicas")
                        ?? 0)
            } + sets.filter { $0.controllerReference == nil }.reduce(0) { $0 + $1.count("spec", "replicas") }
        let status = DisruptionBudget.status(budget, pods: pods, expected: expected, now: .now)
        try await context.write(status, of: budget, .podDisruptionBudget, in: budgets)
        return .done
    }

    static func budgets(_ cache: ObjectCache, of pod: UntypedObject) -> [ObjectKey] {
        cache.objects(namespace: pod.namespace)
            .filter { $0["spec", "selector"].flatMap { LabelSelector($0) }?.matches(pod.labels) == true }
            .map(\.key)
    }
}
