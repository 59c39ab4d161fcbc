import KubernetesClient
import KubernetesRuntime

/// Carries out what ``ReplicaSetDecision`` decides.
struct ReplicaSetReconciler: Reconciler {
    let context: ControllerContext
    /// How many pods one pass makes; the next follows at once.
    private static let burst = 50

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let set = context.replicaSets[key] else { return .done }
        let pods = try await context.claim(.pod, in: context.pods, for: set, selector: set["spec", "selector"])
        let decision = ReplicaSetDecision(set, pods: pods, now: .now)
        var failure: KubernetesError?
        do throws(KubernetesError) {
            for _ in 0..<min(decision.create, Self.burst) {
                let pod = UntypedObject(podOf: set, template: set["spec", "template"] ?? .emptyObject)
                let created = try await context.client.create(.pod, pod)
                context.pods.note(created)
                context.events.record(set, reason: "SuccessfulCreate", message: "Created pod: \(created.name)")
            }
        } catch {
            if error.isNamespaceTerminating { return .done }
            context.events.record(set, .warning, reason: "FailedCreate", message: "Error creating: \(error)")
            failure = error
        }
        for pod in decision.delete {
            try await context.delete(pod, .pod, in: context.pods)
            context.events.record(set, reason: "SuccessfulDelete", message: "Deleted pod: \(pod.name)")
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
            conditions.set(
                "ReplicaFailure", "True", reason: "FailedCreate", message: failure.status?.message ?? "\(failure)")
        } else {
            conditions.remove("ReplicaFailure")
        }
        var status = status
        status["conditions"] = conditions.entries.isEmpty ? nil : .array(conditions.entries)
        return status == set.status ? nil : status
    }
}
