import KubernetesClient
import KubernetesRuntime

/// Binds pods to nodes, and removes the pods that no node will.
struct SchedulingReconciler: Reconciler {
    let context: ControllerContext

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let pod = context.pods[key] else { return .done }
        let node = pod["spec", "nodeName"]?.stringValue ?? ""
        if !node.isEmpty { return try await collect(pod, node: node) }
        if pod.isBeingDeleted {
            try await context.delete(pod, .pod, in: context.pods, gracePeriodSeconds: 0)
            return .done
        }
        guard !pod.isPodFinished,
            pod["spec", "schedulerName"]?.stringValue ?? "default-scheduler" == "default-scheduler"
        else { return .done }
        let placed = Dictionary(
            grouping: context.pods.objects(namespace: nil).filter { !$0.isPodFinished }, by: \.podNode)
        let choice = Scheduling.choose(pod, nodes: context.nodes.objects(namespace: nil)) { node in
            ResourceRequests(placed[node] ?? [])
        }
        switch choice {
        case .node(let name): try await bind(pod, to: name)
        case .none(let reason): try await report(pod, reason)
        }
        return .done
    }

    /// A pod of a node that is gone has nobody to stop it.
    private func collect(_ pod: UntypedObject, node: String) async throws -> ReconcileResult {
        guard context.nodes[ObjectKey(namespace: nil, name: node)] == nil else { return .done }
        guard try await context.client.find(.node, node) == nil else { return .done }
        try await context.delete(pod, .pod, in: context.pods, gracePeriodSeconds: 0)
        return .done
    }

    private func bind(_ pod: UntypedObject, to node: String) async throws {
        var binding = UntypedObject([
            "apiVersion": "v1", "kind": "Binding",
            "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node)],
        ])
        binding.name = pod.name
        binding.namespace = pod.namespace
        do throws(KubernetesError) {
            _ = try await context.client.create(.pod, binding, subresource: "binding")
            // The next pod must see that this one has its place.
            context.pods.note(try await context.client.get(.pod, pod.name, namespace: pod.namespace))
            context.events.scheduler.record(
                pod, reason: "Scheduled",
                message: "Successfully assigned \(pod.namespace ?? "")/\(pod.name) to \(node)")
        } catch {
            // Bound by an earlier pass that the watch has not shown yet.
            if !error.isConflict && !error.isNotFound { throw error }
        }
    }

    private func report(_ pod: UntypedObject, _ reason: String) async throws {
        var conditions = Conditions(pod, now: .now)
        let isNew = conditions.status("PodScheduled") != "False"
        conditions.set("PodScheduled", "False", reason: "Unschedulable", message: reason)
        var status = pod.status ?? .emptyObject
        status["conditions"] = .array(conditions.entries)
        try await context.write(status, of: pod, .pod, in: context.pods)
        if isNew || pod.condition("PodScheduled")?["message"]?.stringValue != reason {
            context.events.scheduler.record(pod, .warning, reason: "FailedScheduling", message: reason)
        }
    }
}
