import KubernetesClient
import KubernetesRuntime

extension LocalControllers {
    /// Those that make pods, and those that say how many.
    func workloads(_ context: ControllerContext) -> [Controller] {
        let autoscalers = ObjectCache(context.client, .horizontalPodAutoscaler)
        let podsOfSets = Watched.owned(context.pods.informer, by: .replicaSet)
        // A Recreate waits for the pods of old ReplicaSets, which are not the Deployment's own.
        let podsOfDeployments = Watched(context.pods.informer) { event in
            guard case .deleted(let pod) = event, let owner = pod.controllerReference, owner.kind == "ReplicaSet",
                let set = context.replicaSets[ObjectKey(namespace: pod.namespace, name: owner.name)]
            else { return [] }
            return set.controllerReference.map { [ObjectKey(namespace: set.namespace, name: $0.name)] } ?? []
        }
        return [
            Controller(
                "deployment", for: context.deployments.informer,
                watching: [
                    .owned(context.replicaSets.informer, by: .deployment), podsOfDeployments,
                    .orphans(context.replicaSets.informer, for: context.deployments),
                ], logger: logger,
                reconciler: DeploymentReconciler(context: context)),
            Controller(
                "replicaset", for: context.replicaSets.informer,
                watching: [podsOfSets, .orphans(context.pods.informer, for: context.replicaSets)], logger: logger,
                reconciler: ReplicaSetReconciler(context: context)),
            Controller(
                "job", for: context.jobs.informer,
                watching: [
                    .owned(context.pods.informer, by: .job), .orphans(context.pods.informer, for: context.jobs),
                    Watched(context.pods.informer, keys: JobReconciler.strays),
                ], logger: logger, reconciler: JobReconciler(context: context)),
            Controller(
                "horizontalpodautoscaler", for: autoscalers.informer, workers: 2,
                resync: .seconds(60), logger: logger,
                reconciler: AutoscalerReconciler(context: context, autoscalers: autoscalers)),
        ]
            + UnrunReconciler.kinds.map { kind in
                let objects = ObjectCache(context.client, kind)
                return Controller(
                    kind.kind.lowercased(), for: objects.informer, workers: 1, logger: logger,
                    reconciler: UnrunReconciler(objects: objects, events: context.events.unrun))
            }
    }
}
