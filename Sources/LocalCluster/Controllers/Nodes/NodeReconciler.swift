import KubernetesClient
import KubernetesRuntime
import Synchronization

/// Watches the nodes' Leases: a node that is silent is marked and its pods are no longer ready. A node that stays away
/// takes its pods with it.
final class NodeReconciler: Reconciler {
    private let context: ControllerContext
    private let leases: ObjectCache
    private let heard = Mutex<[String: Heard]>([:])
    private let absent = Mutex(AbsentNodes())

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
            return try await collectPods(of: key.name)
        }
        absent.withLock { $0.forget(key.name) }
        let wasReady = node.condition("Ready")?["status"]?.stringValue
        if let status = NodeHealth(node, silence: silence(of: node), now: .now).status {
            node.status = status
            node = try await context.client.replaceStatus(.node, node)
            context.nodes.note(node)
            if wasReady == "True" {
                context.events.nodes.record(
                    node, reason: "NodeNotReady", message: "Node \(node.name) status is now: NodeNotReady")
            }
        }
        if node.condition("Ready")?["status"]?.stringValue == "Unknown" {
            for pod in pods(of: node.name) where pod.isPodActive { try await markNotReady(pod) }
        }
        return .requeue(after: Self.interval)
    }

    /// Pods of a node that is gone have nobody to stop them.
    private func collectPods(of name: String) async throws -> ReconcileResult {
        let pods = pods(of: name)
        guard !pods.isEmpty else {
            absent.withLock { $0.forget(name) }
            return .done
        }
        if let left = absent.withLock({ $0.wait(for: name, now: .now) }) { return .requeue(after: left) }
        guard try await context.client.find(.node, name) == nil else { return .done }
        for pod in pods {
            try await context.write(AbsentNodes.givenUp(pod, now: .now), of: pod, .pod, in: context.pods)
            try await context.delete(pod, .pod, in: context.pods, gracePeriodSeconds: 0)
        }
        absent.withLock { $0.forget(name) }
        return .done
    }

    private func pods(of node: String) -> [UntypedObject] {
        context.pods.objects(namespace: nil).filter { $0.podNode == node }
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
}
