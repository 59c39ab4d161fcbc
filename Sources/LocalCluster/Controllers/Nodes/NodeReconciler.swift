import KubernetesClient
import KubernetesRuntime
import Synchronization

/// Watches the nodes' Leases: a node that is silent is marked, its pods are no longer ready, and leave it in the end.
final class NodeReconciler: Reconciler {
    private let context: ControllerContext
    private let leases: ObjectCache
    private let heard = Mutex<[String: Heard]>([:])

    /// By this process's own clock: whose clock is wrong does not matter, and a restart gives everybody time.
    private struct Heard {
        var beat: String
        var time = ContinuousClock.now
    }

    static let leaseNamespace = "kube-node-lease"
    private static let interval = Duration.seconds(5)

    init(context: ControllerContext, leases: ObjectCache) {
        self.context = context
        self.leases = leases
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard var node = context.nodes[key] else {
            heard.withLock { $0[key.name] = nil }
            return .done
        }
        let health = NodeHealth(node, silence: silence(of: node), now: .now)
        let before = node.condition("Ready")?["status"]?.stringValue
        if let status = health.status {
            node.status = status
            node = try await context.client.replaceStatus(.node, node)
            context.nodes.note(node)
        }
        if let taints = health.taints {
            let patch = Patch.merge([
                "metadata": ["resourceVersion": .string(node.resourceVersion ?? "")],
                "spec": ["taints": taints.isEmpty ? .null : .array(taints)],
            ])
            node = try await context.client.patch(.node, key.name, patch)
            context.nodes.note(node)
        }
        if health.status != nil, before == "True" {
            context.events.nodes.record(
                node, reason: "NodeNotReady", message: "Node \(node.name) status is now: NodeNotReady")
        }
        var next = Self.interval
        let pods = context.pods.objects(namespace: nil).filter { $0.podNode == node.name && !$0.isPodFinished }
        for pod in pods where !pod.isBeingDeleted {
            if health.ready == "Unknown" { try await markNotReady(pod) }
            guard let end = NodeHealth.eviction(of: pod, from: node, now: .now) else { continue }
            let left = end - .now
            if left <= .zero { try await evict(pod) } else { next = min(next, left) }
        }
        return .requeue(after: next)
    }

    private func silence(of node: UntypedObject) -> Duration {
        let lease = leases[ObjectKey(namespace: Self.leaseNamespace, name: node.name)]
        let ready = node.condition("Ready")?["lastHeartbeatTime"]?.stringValue ?? ""
        let beat = (lease?["spec", "renewTime"]?.stringValue ?? "") + ready
        return heard.withLock { heard in
            if heard[node.name]?.beat != beat { heard[node.name] = Heard(beat: beat) }
            return heard[node.name].map { ContinuousClock.now - $0.time } ?? .zero
        }
    }

    private func markNotReady(_ pod: UntypedObject) async throws {
        guard pod.isPodReady, let ready = pod.condition("Ready") else { return }
        var conditions = Conditions(pod, now: .now)
        conditions.set(
            "Ready", "False", reason: ready["reason"]?.stringValue, message: ready["message"]?.stringValue)
        var status = pod.status ?? .emptyObject
        status["conditions"] = .array(conditions.entries)
        try await context.write(status, of: pod, .pod, in: context.pods)
        context.events.nodes.record(pod, .warning, reason: "NodeNotReady", message: "Node is not ready")
    }

    private func evict(_ pod: UntypedObject) async throws {
        context.events.taintEviction.record(
            pod, reason: "TaintManagerEviction",
            message: "Marking for deletion Pod \(pod.namespace ?? "")/\(pod.name)")
        var conditions = Conditions(pod, now: .now)
        conditions.set(
            "DisruptionTarget", "True", reason: "DeletionByTaintManager",
            message: "Taint manager: deleting due to NoExecute taint")
        var status = pod.status ?? .emptyObject
        status["conditions"] = .array(conditions.entries)
        try await context.write(status, of: pod, .pod, in: context.pods)
        try await context.delete(pod, .pod, in: context.pods)
    }
}
