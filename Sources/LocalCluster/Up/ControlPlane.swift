import Foundation
import KubernetesClient
import LocalAPIServer
import LocalControllers
import LocalNode
import Logging
import ServiceLifecycle

/// The three parts of the cluster, which meet only through the Kubernetes API.
struct ControlPlane: Sendable {
    static let nodeName = "local"

    let server: APIServer
    let clientConfiguration: ClientConfiguration
    let services: [any Service]

    init(_ configuration: LocalClusterConfiguration, _ settings: ClusterSettings, _ logger: Logger) throws {
        let state = configuration.state
        let addresses = settings.addresses
        server = try APIServer(
            configuration: APIServerConfiguration(
                host: addresses.apiServer, stateFolder: state.apiServer, serviceRange: addresses.serviceCIDR),
            logger: logger)
        try Self.write(server.adminKubeconfig(), to: state.kubeconfig)

        let certificate = try server.certificateAuthority.issue(
            commonName: "system:node:\(Self.nodeName)", organizations: ["system:nodes"], addresses: [addresses.node])
        let certificateFile = "\(state.node)/kubelet.crt"
        let keyFile = "\(state.node)/kubelet.key"
        let authorityFile = "\(state.node)/ca.crt"
        try Self.write(certificate.certificatePEM, to: certificateFile)
        try Self.write(certificate.privateKeyPEM, to: keyFile)
        try Self.write(server.certificateAuthority.certificatePEM, to: authorityFile)

        clientConfiguration = try .automatic(kubeconfig: state.kubeconfig)
        let node = NodeAgent(
            NodeConfiguration(
                name: Self.nodeName, address: addresses.node, stateDirectory: state.path,
                binaryDirectories: configuration.binaryDirectories, podNetwork: PodNetwork(prefix: addresses.podPrefix),
                edge: .init(host: configuration.edgeAddress, port: configuration.edgePort),
                kubeletCertificateFile: certificateFile, kubeletKeyFile: keyFile, clientAuthorityFile: authorityFile,
                client: clientConfiguration, apiServer: .init(host: addresses.apiServer, port: 6443),
                shutdownGrace: .seconds(4)),
            logger: logger)
        let controllers = LocalControllers(
            .init(
                client: clientConfiguration, rootCertificate: server.certificateAuthority.certificatePEM,
                ingressAddress: configuration.edgeAddress, ingressPort: configuration.edgePort),
            logger: logger)
        services = [server, controllers, node]
    }

    private static func write(_ text: String, to file: String) throws(LocalClusterError) {
        let written = FileManager.default.createFile(
            atPath: file, contents: Data(text.utf8), attributes: [.posixPermissions: 0o600])
        guard written else { throw LocalClusterError(.stateUnusable, "\(file) cannot be written.") }
    }
}
