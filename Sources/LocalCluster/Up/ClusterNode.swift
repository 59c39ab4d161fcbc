import LocalAPIServer
import LocalNode
import Logging

/// The one node of the cluster, known to its API server by a certificate of the cluster's authority.
enum ClusterNode {
    static let name = "local"

    static func agent(
        _ configuration: LocalClusterConfiguration, _ settings: ClusterSettings, of control: ControlPlane,
        _ logger: Logger
    ) throws -> NodeAgent {
        let state = configuration.state
        let addresses = settings.addresses
        let authority = control.server.certificateAuthority
        let certificate = try authority.issue(
            commonName: "system:node:\(name)", organizations: ["system:nodes"], addresses: [addresses.node])
        let certificateFile = "\(state.node)/kubelet.crt"
        let keyFile = "\(state.node)/kubelet.key"
        let authorityFile = "\(state.node)/ca.crt"
        try state.write(certificate.certificatePEM, to: certificateFile)
        try state.write(certificate.privateKeyPEM, to: keyFile)
        try state.write(authority.certificatePEM, to: authorityFile)
        return NodeAgent(
            NodeConfiguration(
                name: name, address: addresses.node, stateDirectory: state.path,
                binaryDirectories: configuration.binaryDirectories, podNetwork: PodNetwork(prefix: addresses.podPrefix),
                edge: .init(host: configuration.edgeAddress, port: configuration.edgePort),
                kubeletCertificateFile: certificateFile, kubeletKeyFile: keyFile, clientAuthorityFile: authorityFile,
                client: control.clientConfiguration, apiServer: .init(host: addresses.apiServer, port: 6443),
                scheduling: .always, shutdownGrace: .seconds(4)),
            logger: logger)
    }
}
