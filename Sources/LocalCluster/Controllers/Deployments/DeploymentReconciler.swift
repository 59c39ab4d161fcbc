import KubernetesClient
import KubernetesRuntime

/// Carries out what ``Rollout`` decides.
struct DeploymentReconciler: Reconciler {
    let context: ControllerContext

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let deployment = context.deployments[key] else { return .done }
        let sets = try await context.claim(
            .replicaSet, in: context.replicaSets, for: deployment, .deployment, selector: deployment["spec", "selector"]
        )
        let decision = Rollout.decide(
            deployment, replicaSets: sets,
            hasOldPods: { new in
                sets.contains { set in
                    set.uid != new?.uid
                        && context.pods.objects(ownedBy: set).contains { !$0.isPodFinished }
                }
            }, now: .now)
        if let set = decision.create, try await create(set, for: deployment) == .collision { return .done }
        for (name, patch) in decision.patches.sorted(by: { $0.key < $1.key }) {
            context.replicaSets.note(
                try await context.client.patch(.replicaSet, name, namespace: key.namespace, .merge(patch)))
        }
        for set in sets where decision.delete.contains(set.name) {
            try await context.delete(set, .replicaSet, in: context.replicaSets, propagation: .background)
        }
        // The revision goes with the status: written otherwise it would count as a new generation.
        var changed = deployment
        changed.annotations.merge(decision.annotations) { $1 }
        if let status = decision.status { changed.status = status }
        if changed != deployment {
            context.deployments.note(try await context.client.replaceStatus(.deployment, changed))
        }
        for event in decision.events {
            context.events.deployment.record(deployment, reason: event.reason, message: event.message)
        }
        return decision.requeue.map { .requeue(after: $0) } ?? .done
    }

    private enum Creation { case created, collision }

    private func create(_ set: UntypedObject, for deployment: UntypedObject) async throws -> Creation {
        do throws(KubernetesError) {
            context.replicaSets.note(try await context.client.create(.replicaSet, set))
            return .created
        } catch {
            guard error.isAlreadyExists else { throw error }
        }
        let present = try await context.client.get(.replicaSet, set.name, namespace: set.namespace)
        if present.isControlled(by: deployment),
            PodTemplateHash.matches(present, set["spec", "template"] ?? .emptyObject)
        {
            context.replicaSets.note(present)
            return .created
        }
        // Two templates with one hash: the next pass hashes with another count.
        var status = deployment.status ?? .emptyObject
        status["collisionCount"] = JSONValue(deployment.count("status", "collisionCount") + 1)
        try await context.write(status, of: deployment, .deployment, in: context.deployments)
        return .collision
    }
}
