import Foundation
import KubernetesClient
import Logging

/// Keeps `etc/hosts` of every running pod current while Services come and go.
actor HostsFiles {
    private struct Pod {
        var address: String
        var hostname: String
        var aliases: [JSONValue]
        var roots: [String]
    }

    private let view: ServiceView
    private let logger: Logger
    private var pods: [PodIdentity: Pod] = [:]
    private var table = HostsTable()
    private let changes = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(view: ServiceView, logger: Logger) {
        self.view = view
        self.logger = logger
    }

    /// Follows the informers until cancelled.
    func run() async {
        view.onChange { [changes] in changes.continuation.yield() }
        for await _ in changes.stream {
            let fresh = HostsTable(view)
            guard fresh != table else { continue }
            table = fresh
            for (identity, pod) in pods { write(identity, pod) }
        }
    }

    /// Writes a pod's hosts files, now and whenever they change.
    func add(_ identity: PodIdentity, address: String, spec: PodSpec, roots: [String]) async {
        try? await view.waitUntilSynced()
        table = HostsTable(view)
        let pod = Pod(address: address, hostname: spec.hostname, aliases: spec.hostAliases, roots: roots)
        pods[identity] = pod
        write(identity, pod)
    }

    func remove(_ identity: PodIdentity) { pods[identity] = nil }

    private func write(_ identity: PodIdentity, _ pod: Pod) {
        let text = table.text(
            namespace: identity.namespace, podAddress: pod.address, hostname: pod.hostname, aliases: pod.aliases)
        for root in pod.roots {
            do {
                try FileManager.default.createDirectory(atPath: "\(root)/etc", withIntermediateDirectories: true)
                // Replaced as a whole, so that a reader never sees half of it.
                try text.write(toFile: "\(root)/etc/hosts", atomically: true, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: "\(root)/etc/hosts")
            } catch {
                logger.error("a pod's hosts file cannot be written", metadata: ["error": "\(error)"])
            }
        }
    }
}
