import Foundation
import KubernetesClient
import LocalAPIServer
import LocalControllers
import Logging
import ServiceLifecycle

/// The API server and the controllers, which meet only through the Kubernetes API; the node is a ``ClusterNode``.
struct ControlPlane: Sendable {
    let server: APIServer
    let clientConfiguration: ClientConfiguration
    let services: [any Service]

    /// Writes the administrator's kubeconfig into the state folder.
    init(
        _ state: StateDirectory, _ settings: ClusterSettings, port: Int = 6443, edge: (address: String, port: Int)?,
        _ logger: Logger
    ) throws {
        let addresses = settings.addresses
        server = try APIServer(
            configuration: APIServerConfiguration(
                host: addresses.apiServer, port: port, stateFolder: state.apiServer,
                serviceRange: addresses.serviceCIDR),
            logger: logger)
        try state.write(server.adminKubeconfig(), to: state.kubeconfig)
        clientConfiguration = try .automatic(kubeconfig: state.kubeconfig)
        let controllers = LocalControllers(
            .init(
                client: clientConfiguration, rootCertificate: server.certificateAuthority.certificatePEM,
                ingressAddress: edge?.address, ingressPort: edge?.port ?? 0),
            logger: logger)
        services = [server, controllers]
    }
}
