import KubernetesClient
import KubernetesRuntime

/// Carries out what ``JobDecision`` decides.
struct JobReconciler: Reconciler {
    let context: ControllerContext

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        let job = context.jobs[key]
        try await releaseStrays(of: key, except: job)
        guard let job else { return .done }
        let pods = try await pods(of: job)
        let decision = JobDecision(job, pods: pods, now: .now)
        if decision.deleteJob {
            try await context.delete(job, .job, in: context.jobs, propagation: .foreground)
            return .done
        }
        for pod in decision.drop { try await release(pod) }
        for pod in decision.drop + decision.delete {
            try await context.delete(pod, .pod, in: context.pods)
            context.events.job.record(job, reason: "SuccessfulDelete", message: "Deleted pod: \(pod.name)")
        }
        // The status comes before the finalizers go: it is what remembers the pods.
        if let status = decision.status { try await context.write(status, of: job, .job, in: context.jobs) }
        for pod in decision.release { try await release(context.pods[pod.key] ?? pod) }
        try await context.create(decision.create, for: job, events: context.events.job)
        for event in decision.events {
            context.events.job.record(
                job, event.isWarning ? .warning : .normal, reason: event.reason, message: event.message)
        }
        return decision.requeue.map { .requeue(after: $0) } ?? .done
    }

    private func pods(of job: UntypedObject) async throws -> [UntypedObject] {
        guard !JobSpec(job).isForeign else { return [] }
        return try await context.claim(
            .pod, in: context.pods, for: job, .job, selector: job["spec", "selector"], finalizer: JobDecision.finalizer)
    }

    private func release(_ pod: UntypedObject) async throws {
        guard pod.isTrackedByJob else { return }
        let rest = pod.finalizers.filter { $0 != JobDecision.finalizer }
        let metadata: JSONValue = [
            "uid": .string(pod.uid), "resourceVersion": .string(pod.resourceVersion ?? ""),
            "finalizers": rest.isEmpty ? .null : JSONValue(rest),
        ]
        do throws(KubernetesError) {
            let patch = Patch.merge(["metadata": metadata])
            context.pods.note(
                try await context.client.patch(.pod, pod.name, namespace: pod.namespace, patch))
        } catch {
            if !error.isNotFound { throw error }
        }
    }

    /// Pods of a Job that is gone, or was replaced under its name, are kept by nobody.
    private func releaseStrays(of key: ObjectKey, except job: UntypedObject?) async throws {
        let owner = job?.isBeingDeleted == true ? nil : job
        for pod in context.pods.objects(namespace: key.namespace) where pod.isTrackedByJob {
            if let controller = pod.controllerReference {
                guard controller.kind == "Job", controller.name == key.name, controller.uid != owner?.uid else {
                    continue
                }
            } else {
                guard owner == nil, pod.labels[Self.nameLabel] == key.name else { continue }
            }
            try await release(pod)
        }
    }

    private static let nameLabel = "batch.kubernetes.io/job-name"

    /// Pods that some Job still holds though they were taken from it.
    static func strays(_ event: InformerEvent) -> [ObjectKey] {
        let pod = event.object
        guard pod.isTrackedByJob, pod.controllerReference == nil, let name = pod.labels[nameLabel] else { return [] }
        return [ObjectKey(namespace: pod.namespace, name: name)]
    }
}
