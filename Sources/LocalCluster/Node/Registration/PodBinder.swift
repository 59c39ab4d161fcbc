import KubernetesClient
import KubernetesRuntime
import Logging

/// When a node binds pending pods to itself.
public enum SelfScheduling: String, Sendable, CaseIterable {
    /// While no scheduler holds a fresh `kube-scheduler` Lease in `kube-system`.
    case auto
    case always
    case never
}

/// Binds pending pods to this node where no scheduler does.
struct PodBinder: Sendable {
    let configuration: NodeConfiguration
    let client: KubernetesClient
    let events: EventRecorder
    let node: Informer
    let pending: Informer
    let logger: Logger

    /// Also how long a scheduler that has come or gone may stay unnoticed.
    private static let interval = Duration.seconds(5)

    init(
        configuration: NodeConfiguration, client: KubernetesClient, events: EventRecorder, node: Informer,
        logger: Logger
    ) {
        self.configuration = configuration
        self.client = client
        self.events = events
        self.node = node
        self.logger = logger
        pending = Informer(client, .pod, fieldSelector: "spec.nodeName=")
    }

    /// Runs until cancelled.
    func run() async throws {
        guard configuration.scheduling != .never else { return }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await pending.run() }
            group.addTask { await bindPods() }
            try await group.waitForAll()
        }
    }

    private func bindPods() async {
        let changes = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        pending.onEvent { event in
            if case .deleted = event { return }
            changes.continuation.yield()
        }
        node.onEvent { _ in changes.continuation.yield() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    changes.continuation.yield()
                    try? await Task.sleep(for: Self.interval)
                }
            }
            for await _ in changes.stream {
                let pods = pending.store.objects.filter(Self.isWaiting)
                guard !pods.isEmpty, let node = node.store.get(configuration.name), await isNeeded() else { continue }
                for pod in pods.sorted(by: { ($0.creationTimestamp ?? .now) < ($1.creationTimestamp ?? .now) }) {
                    await place(pod, node)
                }
            }
            group.cancelAll()
        }
    }

    private static func isWaiting(_ pod: UntypedObject) -> Bool {
        !pod.isBeingDeleted && (pod["spec", "nodeName"]?.stringValue ?? "").isEmpty
            && (pod["spec", "schedulerName"]?.stringValue ?? "default-scheduler") == "default-scheduler"
            && (pod["spec", "schedulingGates"]?.arrayValue ?? []).isEmpty
            && !["Succeeded", "Failed"].contains(pod["status", "phase"]?.stringValue ?? "")
    }

    private func isNeeded() async -> Bool {
        if configuration.scheduling == .always { return true }
        do throws(KubernetesError) {
            let lease = try await client.find(.lease, "kube-scheduler", namespace: "kube-system")
            return !Self.isFresh(lease, now: .now)
        } catch {
            // Whoever cannot be asked does not take bindings either.
            return false
        }
    }

    /// Whether a scheduler holds the Lease.
    static func isFresh(_ lease: UntypedObject?, now: Timestamp) -> Bool {
        guard let spec = lease?.spec, spec["holderIdentity"]?.stringValue ?? "" != "",
            let renewed = spec["renewTime"]?.stringValue.flatMap({ Timestamp($0) })
        else { return false }
        return renewed + .seconds(spec["leaseDurationSeconds"]?.intValue ?? 15) > now
    }

    private func place(_ pod: UntypedObject, _ node: UntypedObject) async {
        if let obstacle = NodeFit.obstacle(pod, on: node) { return await report(pod, obstacle) }
        var binding = UntypedObject([
            "apiVersion": "v1", "kind": "Binding",
            "target": ["apiVersion": "v1", "kind": "Node", "name": .string(node.name)],
        ])
        binding.name = pod.name
        binding.namespace = pod.namespace
        binding["metadata", "uid"] = .string(pod.uid)
        do throws(KubernetesError) {
            _ = try await client.create(.pod, binding, subresource: "binding")
            events.record(
                pod, reason: "Scheduled",
                message: "Successfully assigned \(pod.namespace ?? "")/\(pod.name) to \(node.name)")
        } catch {
            // Somebody else was first, or the pod is gone; the watch will tell.
            if !error.isConflict && !error.isNotFound {
                logger.warning("a pod is not bound", metadata: ["pod": "\(pod.key)", "error": "\(error)"])
            }
        }
    }

    private func report(_ pod: UntypedObject, _ obstacle: String) async {
        let none = "0/1 nodes are available:"
        let message = "\(none) 1 \(obstacle). preemption: \(none) 1 Preemption is not helpful for scheduling."
        let before = pod["status", "conditions"]?.arrayValue?.first { $0["type"]?.stringValue == "PodScheduled" }
        guard before?["message"]?.stringValue != message else { return }
        let condition: JSONValue = [
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": .string(message),
            "lastTransitionTime": .string(Timestamp.now.seconds),
        ]
        _ = try? await client.patch(
            .pod, pod.name, namespace: pod.namespace,
            .strategicMerge(["metadata": ["uid": .string(pod.uid)], "status": ["conditions": [condition]]]),
            subresource: "status")
        events.record(pod, .warning, reason: "FailedScheduling", message: message)
    }
}
