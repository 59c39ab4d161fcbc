import Foundation
import KubernetesClient
import StorefrontAPI
import Synchronization
import TestOperator
import TestServers

/// The cluster that the tests are run against: the one that the kubeconfig in `STOREFRONT_TEST_CLUSTER` names, or a
/// control plane of their own. Everything made in it is taken away at the end.
final class ClusterUnderTest: Sendable {
    let cluster: TestCluster
    /// Marks what this run makes.
    let run: String
    private let kubeconfig: String
    private let hadDefinition: Bool
    private let controlPlane: ServerProcess?
    private let node = Mutex<ServerProcess?>(nil)
    private let identities = Mutex<[OperatorIdentity]>([])
    private var nodeName: String { "test-node-\(run)" }

    static let definition = "storefronts.storefront.dev"

    static func start() async throws -> ClusterUnderTest {
        if let kubeconfig = ProcessInfo.processInfo.environment["STOREFRONT_TEST_CLUSTER"], !kubeconfig.isEmpty {
            return try await prepare(kubeconfig, nil)
        }
        let folder = try TemporaryFolder.make("control-plane")
        let controlPlane = try controlPlane(in: folder)
        do {
            let kubeconfig = "\(folder)/state/kubeconfig"
            try await eventually(within: .seconds(60), "the control plane") {
                FileManager.default.fileExists(atPath: kubeconfig)
            }
            return try await prepare(kubeconfig, controlPlane)
        } catch {
            controlPlane.stop()
            throw error
        }
    }

    private init(_ cluster: TestCluster, _ kubeconfig: String, hadDefinition: Bool, _ controlPlane: ServerProcess?) {
        self.cluster = cluster
        self.kubeconfig = kubeconfig
        self.hadDefinition = hadDefinition
        self.controlPlane = controlPlane
        run = UUID().uuidString.prefix(8).lowercased()
    }

    private static func prepare(_ kubeconfig: String, _ controlPlane: ServerProcess?) async throws -> ClusterUnderTest {
        let configuration = try ClientConfiguration.automatic(environment: environment(kubeconfig))
        let client = KubernetesClient(configuration: configuration)
        var hadDefinition = true
        do {
            try await eventually(within: .seconds(60), "the API server") { (try? await client.serverVersion()) != nil }
            let cluster = TestCluster(configuration, client)
            hadDefinition = try await client.find(.customResourceDefinition, definition) != nil
            if !hadDefinition { try await cluster.apply(Repository.objects("crds/storefronts.yaml")) }
            try await eventually(within: .seconds(30), "the Storefront definition") {
                (try? await client.list(Storefront.resourceKind)) != nil
            }
            return ClusterUnderTest(cluster, kubeconfig, hadDefinition: hadDefinition, controlPlane)
        } catch {
            if !hadDefinition { _ = try? await client.delete(.customResourceDefinition, definition) }
            try? await client.shutdown()
            throw error
        }
    }

    /// Sees to it that pods can run: on the cluster's own nodes, or as processes of this machine.
    func requireNode() async throws {
        let client = cluster.administrator
        if try await Self.hasReadyNode(client) { return }
        let folder = try TemporaryFolder.make("node")
        let started = try Self.node(nodeName, kubeconfig: kubeconfig, in: folder)
        node.withLock { $0 = started }
        do {
            try await eventually(within: .seconds(60), "the node") { try await Self.hasReadyNode(client) }
        } catch {
            let log = try? String(contentsOfFile: folder + "/log", encoding: .utf8)
            throw TestClusterError("\(error)\nthe node's log ends:\n\(log?.suffix(3000) ?? "")")
        }
    }

    private static func controlPlane(in folder: String) throws -> ServerProcess {
        try ServerProcess(
            [
                try ServiceProcess.find("storefront"), "local", "control-plane", "--state", "\(folder)/state",
                "--port", String(try Loopback.freePort()),
            ], folder: folder, signal: "TERM")
    }

    private static func node(_ name: String, kubeconfig: String, in folder: String) throws -> ServerProcess {
        try ServerProcess(
            [
                try ServiceProcess.find("storefront"), "local", "node", "--name", name, "--state", "\(folder)/state",
                "--port", String(try Loopback.freePort()), "--kubelet-port", String(try Loopback.freePort()),
            ], environment: environment(kubeconfig), folder: folder, signal: "TERM")
    }

    /// - Parameter kubeconfig: one path, or several to be merged.
    private static func environment(_ kubeconfig: String) -> [String: String] {
        ProcessInfo.processInfo.environment.merging(["KUBECONFIG": kubeconfig]) { $1 }
    }

    /// Whether a node is Ready and has said so of late: not every cluster takes note of nodes that are gone.
    private static func hasReadyNode(_ client: KubernetesClient) async throws -> Bool {
        let leases = try await client.listAll(.lease, namespace: "kube-node-lease").items
        return try await client.listAll(.node).items.contains { node in
            let renewal = leases.first { $0.name == node.name }?["spec", "renewTime"]?.stringValue
            let isAlive = renewal.flatMap { Timestamp($0) }.map { Timestamp.now - $0 < .seconds(60) } ?? false
            return isAlive
                && (node["status", "conditions"]?.arrayValue ?? []).contains {
                    $0["type"] == "Ready" && $0["status"] == "True"
                }
        }
    }

    /// A namespace of this run.
    func newNamespace(_ name: String) async throws -> String {
        try await cluster.newNamespace(name, labels: [TestCluster.label: run])
    }

    /// The namespaces of this run.
    func namespaces() async throws -> [String] {
        let options = ListOptions(labelSelector: "\(TestCluster.label)=\(run)")
        return try await cluster.administrator.listAll(.namespace, options: options).items.map(\.name)
    }

    /// Gives an operator its permissions, as the manifests do.
    ///
    /// - Parameter namespace: where it lives and alone may work; one that may work everywhere gets one of its own.
    func newOperator(in namespace: String?) async throws -> ClientConfiguration {
        let home: String
        if let namespace { home = namespace } else { home = try await newNamespace("system") }
        let identity = OperatorIdentity(namespace: home, isClusterWide: namespace == nil)
        identities.withLock { $0.append(identity) }
        return try await identity.install(cluster)
    }

    /// Takes away everything that this run has made, also what a failed test has left.
    func stop() async throws {
        let client = cluster.administrator
        var failure: (any Error)?
        do { try await removeNamespaces() } catch { failure = error }
        for identity in identities.withLock({ $0 }) { try? await identity.remove(cluster) }
        if !hadDefinition { _ = try? await client.delete(.customResourceDefinition, Self.definition) }
        if let process = node.withLock({ $0.take() }) {
            process.stop()
            _ = try? await client.delete(.node, nodeName)
        }
        controlPlane?.stop()
        try? await client.shutdown()
        if let failure { throw failure }
    }

    private func removeNamespaces() async throws {
        let client = cluster.administrator
        for namespace in try await namespaces() {
            // Their operators have ended, so nobody else lets them go.
            for storefront in try await client.listAll(Storefront.resourceKind, namespace: namespace).items {
                _ = try? await client.patch(
                    Storefront.resourceKind, storefront.name, namespace: namespace,
                    .merge(["metadata": ["finalizers": .null]]))
            }
            _ = try? await client.delete(.namespace, namespace)
        }
        try await eventually(within: .seconds(120), "the end of the tests' namespaces") {
            try await namespaces().isEmpty
        }
    }
}
