import KubernetesClient
import KubernetesRuntime

extension LocalControllers {
    /// Those that make pods, and those that say how many.
    func workloads(_ context: ControllerContext) -> [Controller] {
        let autoscalers = ObjectCache(context.client, .horizontalPodAutoscaler)
        let daemonSets = ObjectCache(context.client, .daemonSet)
        let cronJobs = ObjectCache(context.client, .cronJob)
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
                "cronjob", for: cronJobs.informer, watching: [.owned(context.jobs.informer, by: .cronJob)],
                logger: logger, reconciler: CronJobReconciler(context: context, cronJobs: cronJobs)),
            Controller(
                "daemonset", for: daemonSets.informer,
                watching: [
                    .owned(context.pods.informer, by: .daemonSet),
                    .orphans(context.pods.informer, for: daemonSets),
                    .owned(context.revisions.informer, by: .daemonSet),
                    Watched(context.nodes.informer) { event in
                        if case .updated(let old, let new) = event, old.spec == new.spec, old.labels == new.labels {
                            return []
                        }
                        return daemonSets.informer.store.keys
                    },
                ], workers: 1, logger: logger,
                reconciler: DaemonSetReconciler(context: context, daemonSets: daemonSets)),
            Controller(
                "statefulset", for: context.statefulSets.informer,
                watching: [
                    .owned(context.pods.informer, by: .statefulSet),
                    .orphans(context.pods.informer, for: context.statefulSets),
                    .owned(context.revisions.informer, by: .statefulSet),
                ], logger: logger, reconciler: StatefulSetReconciler(context: context)),
            Controller(
                "horizontalpodautoscaler", for: autoscalers.informer, workers: 2,
                resync: .seconds(60), logger: logger,
                reconciler: AutoscalerReconciler(context: context, autoscalers: autoscalers)),
        ]
    }
}
