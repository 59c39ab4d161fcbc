import KubernetesClient
import KubernetesRuntime

/// Carries out what ``JobDecision`` decides.
struct JobReconciler: Reconciler {
    let context: ControllerContext

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        let job = context.jobs[key]
        try await releaseStrays(of: key, except: job)
        guard let job else { return .done }
        let pods = context.pods.objects(ownedBy: job).filter { $0.isControlled(by: job) }
        let decision = JobDecision(job, pods: pods, now: .now)
        if decision.deleteJob {
            try await context.delete(job, .job, in: context.jobs, propagation: .background)
            return .done
        }
        for pod in decision.delete {
            try await context.delete(pod, .pod, in: context.pods)
            context.events.record(job, reason: "SuccessfulDelete", message: "Deleted pod: \(pod.name)")
        }
        // The status comes before the finalizers go: it is what remembers the pods.
        if let status = decision.status { try await context.write(status, of: job, .job, in: context.jobs) }
        for pod in decision.release { try await release(pod) }
        do throws(KubernetesError) {
            for _ in 0..<decision.create {
                let pod = UntypedObject(
                    podOf: job, template: job["spec", "template"] ?? .emptyObject, finalizers: [JobDecision.finalizer])
                let created = try await context.client.create(.pod, pod)
                context.pods.note(created)
                context.events.record(job, reason: "SuccessfulCreate", message: "Created pod: \(created.name)")
            }
        } catch {
            if !error.isNamespaceTerminating { throw error }
        }
        for event in decision.events { context.events.record(job, reason: event.reason, message: event.message) }
        return decision.requeue.map { .requeue(after: $0) } ?? .done
    }

    private func release(_ pod: UntypedObject) async throws {
        guard pod.finalizers.contains(JobDecision.finalizer) else { return }
        try await context.client.removeFinalizer(JobDecision.finalizer, from: pod, .pod)
    }

    /// Pods of a Job that is gone, or was replaced under its name, are kept by nobody.
    private func releaseStrays(of key: ObjectKey, except job: UntypedObject?) async throws {
        guard job == nil || job?.isBeingDeleted == true else { return }
        for pod in context.pods.objects(namespace: key.namespace)
        where pod.controllerReference?.kind == "Job" && pod.controllerReference?.name == key.name {
            try await release(pod)
        }
    }
}
