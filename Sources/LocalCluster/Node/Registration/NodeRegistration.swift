import Foundation
import KubernetesClient
import KubernetesRuntime
import Logging

#if canImport(Glibc)
    import Glibc
#endif

/// Makes the Node object and keeps it: a heartbeat through its Lease every ten seconds, its status every five minutes,
/// and all of it again when somebody has deleted it.
struct NodeRegistration: Sendable {
    let configuration: NodeConfiguration
    let client: KubernetesClient
    /// Follows the Node object alone.
    let node: Informer
    let logger: Logger
    /// The port the kubelet API really listens on.
    let kubeletPort: Int

    private static let heartbeat = Duration.seconds(10)
    private static let statusInterval = 30
    private static let leaseNamespace = "kube-node-lease"

    /// Registers the node as ready; tried until it succeeds or the task is cancelled.
    func register() async {
        while !Task.isCancelled {
            do {
                return try await writeNode()
            } catch {
                logger.warning("the node is not registered yet", metadata: ["error": "\(error)"])
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    /// Runs until cancelled.
    func heartbeats() async {
        let deletions = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        node.onEvent { event in
            if case .deleted = event { deletions.continuation.yield() }
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for await _ in deletions.stream { await register() }
            }
            group.addTask { await renewRegularly() }
        }
    }

    private func renewRegularly() async {
        var count = 0
        while !Task.isCancelled {
            do {
                try await renewLease()
                if count > 0, count % Self.statusInterval == 0 { try await writeNode() }
            } catch {
                logger.warning("the node's heartbeat failed", metadata: ["error": "\(error)"])
            }
            count += 1
            try? await Task.sleep(for: Self.heartbeat)
        }
    }

    /// Says that the node takes no more pods.
    func unregister() async {
        guard let node = try? await client.find(.node, configuration.name) else { return }
        try? await writeStatus(of: node, isReady: false)
    }

    private func writeNode() async throws {
        var node = UntypedObject(
            .node, name: configuration.name,
            labels: [
                "kubernetes.io/hostname": configuration.name, "kubernetes.io/os": "linux",
                "kubernetes.io/arch": Self.architecture, "node-role.kubernetes.io/local": "",
            ])
        if !configuration.taints.isEmpty { node["spec", "taints"] = .array(configuration.taints.map(\.json)) }
        do throws(KubernetesError) {
            node = try await client.create(.node, node)
        } catch {
            guard error.isAlreadyExists else { throw error }
            node = try await client.get(.node, configuration.name)
        }
        try await writeStatus(of: node, isReady: true)
    }

    private func writeStatus(of node: UntypedObject, isReady: Bool) async throws {
        // Conditions merge by their type: those of others stay.
        try await client.patch(
            .node, node.name, .strategicMerge(["status": status(of: node, isReady: isReady)]), subresource: "status")
    }

    private func status(of node: UntypedObject, isReady: Bool) -> JSONValue {
        let now = Timestamp.now.seconds
        func condition(_ type: String, _ isTrue: Bool, _ reason: String, _ message: String) -> JSONValue {
            let old = node["status", "conditions"]?.arrayValue?.first { $0["type"]?.stringValue == type }
            let status: JSONValue = isTrue ? "True" : "False"
            return [
                "type": .string(type), "status": status, "reason": .string(reason), "message": .string(message),
                "lastHeartbeatTime": .string(now),
                "lastTransitionTime": (old?["status"] == status ? old?["lastTransitionTime"] : nil) ?? .string(now),
            ]
        }
        let process = ProcessInfo.processInfo
        let resources: JSONValue = [
            "cpu": .string(String(process.activeProcessorCount)),
            "memory": .string("\(process.physicalMemory / 1024)Ki"), "pods": "1000",
        ]
        return [
            // No Hostname: API servers prefer it to the address, and the name need not lead anywhere.
            "addresses": [["type": "InternalIP", "address": .string(configuration.address)]],
            "daemonEndpoints": ["kubeletEndpoint": ["Port": JSONValue(kubeletPort)]],
            "capacity": resources, "allocatable": resources,
            "conditions": [
                condition(
                    "MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
                condition("DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
                condition("PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
                condition(
                    "Ready", isReady, isReady ? "KubeletReady" : "KubeletNotReady",
                    isReady ? "the local node runs pods as processes" : "node is shutting down"),
            ],
            "nodeInfo": [
                "kubeletVersion": "v1.36.0-local", "operatingSystem": "linux",
                "architecture": .string(Self.architecture), "osImage": .string(process.operatingSystemVersionString),
                "containerRuntimeVersion": "process://1",
                "kernelVersion": .string(Self.line("/proc/sys/kernel/osrelease")),
                "machineID": .string(Self.line("/etc/machine-id")), "systemUUID": .string(Self.line("/etc/machine-id")),
                "bootID": .string(Self.line("/proc/sys/kernel/random/boot_id")), "kubeProxyVersion": "",
            ],
        ]
    }

    private func renewLease() async throws {
        let spec: JSONValue = [
            "holderIdentity": .string(configuration.name), "leaseDurationSeconds": 40,
            "renewTime": .string(Timestamp.now.micro),
        ]
        do throws(KubernetesError) {
            try await client.patch(
                .lease, configuration.name, namespace: Self.leaseNamespace, .merge(["spec": spec]))
        } catch {
            guard error.isNotFound else { throw error }
            var lease = UntypedObject(.lease, name: configuration.name, namespace: Self.leaseNamespace)
            lease.spec = spec
            // Goes with its node.
            if let node = try await client.find(.node, configuration.name) {
                lease.ownerReferences = [
                    OwnerReference(
                        apiVersion: "v1", kind: "Node", name: node.name, uid: node.uid, controller: false,
                        blockOwnerDeletion: false)
                ]
            }
            if try await client.find(.namespace, Self.leaseNamespace) == nil {
                try await client.create(.namespace, UntypedObject(.namespace, name: Self.leaseNamespace))
            }
            try await client.create(.lease, lease)
        }
    }

    #if arch(arm64)
        private static let architecture = "arm64"
    #else
        private static let architecture = "amd64"
    #endif

    /// A file that is one line.
    private static func line(_ path: String) -> String {
        (try? String(contentsOfFile: path, encoding: .utf8))?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    }
}
