import KubernetesClient
import KubernetesRuntime

/// Carries out what ``ReplicaSetDecision`` decides.
struct ReplicaSetReconciler: Reconciler {
    let context: ControllerContext
    /// How many pods one pass makes; the next follows at once.
    private static let burst = 50

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let set = context.replicaSets[key] else { return .done }
        let pods = try await context.claim(
            .pod, in: context.pods, for: set, .replicaSet, selector: set["spec", "selector"])
        let siblings = set.controllerReference.map { owner in
            context.replicaSets.objects(namespace: key.namespace).filter { $0.controllerReference?.uid == owner.uid }
        }
        let related = (siblings ?? [set]).flatMap { context.pods.objects(ownedBy: $0) }
        let decision = ReplicaSetDecision(set, pods: pods, related: related, now: .now)
        var failure: KubernetesError?
        do {
            let pod = UntypedObject(podOf: set, template: set["spec", "template"] ?? .emptyObject)
            let wanted = min(decision.create, Self.burst)
            try await context.create(
                Array(repeating: pod, count: wanted), for: set, events: context.events.replicaSet)
        } catch let error as KubernetesError {
            failure = error
        }
        for pod in decision.delete {
            try await context.delete(pod, .pod, in: context.pods)
            context.events.replicaSet.record(set, reason: "SuccessfulDelete", message: "Deleted pod: \(pod.name)")
        }
        let now = ReplicaSetDecision(
            set, pods: context.pods.objects(ownedBy: set).filter { $0.isControlled(by: set) }, now: .now)
        if let status = withFailure(now.status ?? set.status ?? .emptyObject, failure, of: set) {
            try await context.write(status, of: set, .replicaSet, in: context.replicaSets)
        }
        if let failure { throw failure }
        if decision.create > Self.burst { return .requeue(after: .zero) }
        return now.requeue.map { .requeue(after: $0) } ?? .done
    }

    private func withFailure(_ status: JSONValue, _ failure: KubernetesError?, of set: UntypedObject) -> JSONValue? {
        var conditions = Conditions(set, now: .now)
        if let failure {
            if conditions.reason("ReplicaFailure") != "FailedCreate" {
                conditions.set(
                    "ReplicaFailure", "True", reason: "FailedCreate",
                    message: failure.status?.message ?? "\(failure)")
            }
        } else {
            conditions.remove("ReplicaFailure")
        }
        var status = status
        status["conditions"] = conditions.entries.isEmpty ? nil : .array(conditions.entries)
        return status == set.status ? nil : status
    }
}
