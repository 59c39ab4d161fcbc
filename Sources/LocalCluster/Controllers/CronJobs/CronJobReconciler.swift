import KubernetesClient
import KubernetesRuntime

/// Carries out what ``CronJobDecision`` decides.
struct CronJobReconciler: Reconciler {
    let context: ControllerContext
    let cronJobs: ObjectCache

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let cronJob = cronJobs[key] else { return .done }
        let jobs = context.jobs.objects(ownedBy: cronJob).filter { $0.isControlled(by: cronJob) }
        let gone = try await missing(of: cronJob, among: jobs)
        let decision = CronJobDecision(cronJob, jobs: jobs, now: .now) { gone.contains($0) }
        var status = decision.status
        for event in decision.events {
            context.events.cronJob.record(
                cronJob, event.isWarning ? .warning : .normal, reason: event.reason, message: event.message)
        }
        for job in decision.delete {
            try await context.delete(job, .job, in: context.jobs, propagation: .background)
            context.events.cronJob.record(cronJob, reason: "SuccessfulDelete", message: "Deleted job \(job.name)")
        }
        if let job = decision.create {
            guard let made = try await create(job, for: cronJob) else { return .done }
            let reference: JSONValue = [
                "apiVersion": "batch/v1", "kind": "Job", "namespace": .string(made.namespace ?? ""),
                "name": .string(made.name), "uid": .string(made.uid),
                "resourceVersion": .string(made.resourceVersion ?? ""),
            ]
            status["active"] = .array((status["active"]?.arrayValue ?? []) + [reference])
        }
        try await context.write(status, of: cronJob, .cronJob, in: cronJobs)
        return decision.requeue.map { .requeue(after: $0) } ?? .done
    }

    /// The Jobs that are listed as active and are no more.
    private func missing(of cronJob: UntypedObject, among jobs: [UntypedObject]) async throws -> Set<String> {
        let present = Set(jobs.map(\.uid))
        var gone: Set<String> = []
        for reference in cronJob["status", "active"]?.arrayValue ?? [] {
            guard let uid = reference["uid"]?.stringValue, let name = reference["name"]?.stringValue,
                !present.contains(uid)
            else { continue }
            let job = try await context.client.find(.job, name, namespace: cronJob.namespace, metadataOnly: true)
            if job?.uid != uid { gone.insert(uid) }
        }
        return gone
    }

    /// A Job's name tells its time, so that none is made twice.
    ///
    /// - Returns: `nil` when there is nothing to note: somebody else's Job has the name, or the namespace goes.
    private func create(_ job: UntypedObject, for cronJob: UntypedObject) async throws -> UntypedObject? {
        do throws(KubernetesError) {
            let made = try await context.client.create(.job, job)
            context.jobs.note(made)
            context.events.cronJob.record(cronJob, reason: "SuccessfulCreate", message: "Created job \(made.name)")
            return made
        } catch {
            if error.isNamespaceTerminating { return nil }
            guard error.isAlreadyExists else {
                context.events.cronJob.record(
                    cronJob, .warning, reason: "FailedCreate",
                    message: "Error creating job: \(error.status?.message ?? "\(error)")")
                throw error
            }
        }
        let present = try await context.client.find(.job, job.name, namespace: job.namespace)
        return present.flatMap { $0.isControlled(by: cronJob) ? $0 : nil }
    }
}
