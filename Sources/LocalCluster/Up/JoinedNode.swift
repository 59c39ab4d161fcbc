import Foundation
public import KubernetesClient
public import LocalNode
import Logging
import ServiceLifecycle
import UnixSignals

/// A node for a cluster that somebody else runs: whichever a client configuration leads to.
public struct JoinedNode: Sendable {
    public var name: String
    public var state: StateDirectory
    public var client: ClientConfiguration
    /// Folders in which the programs of containers are looked up before PATH.
    public var binaryDirectories: [String]
    /// Where the API server finds the kubelet API; `nil` for the address this machine has toward the API server, or a
    /// loopback address of the node's own when that server is on this machine.
    public var address: String?
    public var kubeletPort = 10250
    /// The first two octets of pods' addresses, such as `10.77`, when a network of them has been made this machine's
    /// own; else they are loopback addresses, which Kubernetes takes as addresses of pods but not in EndpointSlices.
    public var podNetwork: String?
    /// Where Ingresses are served, on ``address``.
    public var edgePort = 8080
    public var scheduling = SelfScheduling.auto
    public var taints: [Taint] = []

    public init(name: String, state: StateDirectory, client: ClientConfiguration, binaryDirectories: [String]) {
        self.name = name
        self.state = state
        self.client = client
        self.binaryDirectories = binaryDirectories
    }

    /// Runs the node until SIGINT or SIGTERM, then stops its containers.
    ///
    /// - Parameter ready: called with a sentence once the node takes pods.
    /// - Throws: ``LocalClusterError``, or the API server's ``KubernetesError``.
    public func run(_ ready: @escaping @Sendable (String) -> Void) async throws {
        try state.prepareNode()
        let lock = try StateLock(state)
        defer { withExtendedLifetime(lock) {} }
        let network = try await loopbackNetwork()
        let pods = PodNetwork(prefix: podNetwork ?? ClusterAddresses(network: network).podPrefix)
        guard await Ports.isFree("\(pods.prefix).1.1", 0) else {
            throw LocalClusterError(
                .stateUnusable,
                "\(pods.prefix).0.0/16 is not this machine's. Make it so with\n"
                    + "    ip route add local \(pods.prefix).0.0/16 dev lo")
        }
        guard let server = APIServerPlace(client.server) else {
            throw LocalClusterError(.stateUnusable, "\(client.server) is not an API server's address.")
        }
        let address = address ?? server.localAddress() ?? ClusterAddresses(network: network).node
        let logger = try ClusterLog.logger(file: "\(state.logs)/node.log")
        let kubernetes = KubernetesClient(configuration: client, logger: logger)
        let configuration: NodeConfiguration
        do {
            configuration = try await self.configuration(pods, address, server, kubernetes)
        } catch {
            try? await kubernetes.shutdown()
            throw error
        }
        try await kubernetes.shutdown()
        let sentence =
            "node \(name) takes pods of \(client.server); they get addresses from \(pods.prefix).1.1 on. "
            + "Its log is \(state.logs)/node.log"
        let agent = NodeAgent(configuration, logger: logger) { ready(sentence) }
        var group = ServiceGroupConfiguration(
            services: [.init(service: agent, successTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigint, .sigterm], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(30)
        try await ServiceGroup(configuration: group).run()
    }

    private func configuration(
        _ pods: PodNetwork, _ address: String, _ server: APIServerPlace, _ kubernetes: KubernetesClient
    ) async throws -> NodeConfiguration {
        let certificateFile = "\(state.path)/kubelet.crt"
        let keyFile = "\(state.path)/kubelet.key"
        let certificate = try ServingCertificate.selfSigned(node: name, address: address)
        try state.write(certificate.certificatePEM, to: certificateFile)
        try state.write(certificate.privateKeyPEM, to: keyFile)
        var authorityFile: String?
        if let authority = try await clientAuthority(kubernetes) {
            authorityFile = "\(state.path)/client-ca.crt"
            try state.write(authority, to: "\(state.path)/client-ca.crt")
        }
        return NodeConfiguration(
            name: name, address: address, stateDirectory: state.path, binaryDirectories: binaryDirectories,
            podNetwork: pods, edge: .init(host: address, port: edgePort), kubeletPort: kubeletPort,
            kubeletCertificateFile: certificateFile, kubeletKeyFile: keyFile, clientAuthorityFile: authorityFile,
            client: client, apiServer: .init(host: server.host, port: server.port), isForeign: true,
            scheduling: scheduling, taints: taints)
    }

    /// The authorities whose client certificates the API server accepts, as it tells them; else its own.
    private func clientAuthority(_ kubernetes: KubernetesClient) async throws -> String? {
        let told = try? await kubernetes.find(
            .configMap, "extension-apiserver-authentication", namespace: "kube-system")
        if let text = told?["data", "client-ca-file"]?.stringValue { return text }
        switch client.certificateAuthority {
        case .bytes(let bytes): return String(decoding: bytes, as: UTF8.self)
        case .file(let path): return try String(contentsOfFile: path, encoding: .utf8)
        case nil: return nil
        }
    }

    /// Chosen once and kept, so that pods keep their addresses.
    private func loopbackNetwork() async throws(LocalClusterError) -> Int {
        let file = "\(state.path)/network"
        if let text = try? String(contentsOfFile: file, encoding: .utf8), let network = Int(text) { return network }
        let port = kubeletPort
        let network = try await LoopbackNetwork.free(startingFrom: state.path) {
            [($0.apiServer, 6443), ($0.postgres, 5432), ($0.node, port)]
        }
        try state.write(String(network), to: file)
        return network
    }
}
