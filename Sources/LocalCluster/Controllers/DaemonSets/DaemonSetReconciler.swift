import KubernetesClient
import KubernetesRuntime

/// Carries out what ``DaemonSetDecision`` decides.
struct DaemonSetReconciler: Reconciler {
    let context: ControllerContext
    let daemonSets: ObjectCache

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let set = daemonSets[key] else { return .done }
        let selector = set["spec", "selector"]
        let pods = try await context.claim(.pod, in: context.pods, for: set, .daemonSet, selector: selector)
        let owned = try await context.claim(
            ControllerHistory.kind, in: context.revisions, for: set, .daemonSet, selector: selector)
        let history = ControllerHistory(set, revisions: owned)
        guard let present = try await context.keep(history, of: set, .daemonSet, in: daemonSets) else { return .done }
        let decision = DaemonSetDecision(
            set, pods: pods, nodes: context.nodes.objects(namespace: nil),
            hash: present.labels[DaemonPod.hashLabel] ?? "", now: .now)
        for event in decision.events {
            context.events.daemonSet.record(
                set, event.isWarning ? .warning : .normal, reason: event.reason, message: event.message)
        }
        try await context.create(decision.create, for: set, events: context.events.daemonSet)
        for pod in decision.delete {
            try await context.delete(pod, .pod, in: context.pods)
            context.events.daemonSet.record(set, reason: "SuccessfulDelete", message: "Deleted pod: \(pod.name)")
        }
        try await context.write(decision.status, of: set, .daemonSet, in: daemonSets)
        let hashes = Set(pods.compactMap { $0.labels[DaemonPod.hashLabel] })
        let live = owned.filter { hashes.contains($0.labels[DaemonPod.hashLabel] ?? "") }.map(\.name) + [present.name]
        for old in history.surplus(limit: set["spec", "revisionHistoryLimit"]?.intValue ?? 10, live: Set(live)) {
            try await context.delete(old, ControllerHistory.kind, in: context.revisions)
        }
        return decision.requeue.map { .requeue(after: $0) } ?? .done
    }
}
