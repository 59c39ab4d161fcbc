public import KubernetesClient
import KubernetesRuntime
public import Logging
public import ServiceLifecycle

/// The controllers of a small cluster: what Kubernetes' controller manager and scheduler do, as far as a local cluster
/// needs it, through the Kubernetes API alone.
///
/// They decide from observed state (a value each, tested as such) and write nothing when nothing is to be changed.
public struct LocalControllers: Service {
    let configuration: Configuration
    let logger: Logger

    public struct Configuration: Sendable {
        /// How to reach the API server, as somebody who may do everything.
        public var client: ClientConfiguration
        /// The certificates (PEM) with which pods verify the API server: `kube-root-ca.crt` of every namespace.
        public var rootCertificate: String
        /// Where Ingresses are served, for their status; `nil` leaves them alone.
        public var ingressAddress: String?
        public var ingressPort: Int

        public init(
            client: ClientConfiguration, rootCertificate: String, ingressAddress: String? = "127.0.0.1",
            ingressPort: Int = 8080
        ) {
            self.client = client
            self.rootCertificate = rootCertificate
            self.ingressAddress = ingressAddress
            self.ingressPort = ingressPort
        }
    }

    public init(_ configuration: Configuration, logger: Logger = Logger(label: "controllers")) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs until cancelled or told to shut down gracefully.
    public func run() async throws {
        let client = KubernetesClient(configuration: configuration.client, logger: logger)
        let context = ControllerContext(client, logger: logger)
        let set = ControllerSet(controllers(context))
        let collector = GarbageCollector(
            client: client, events: context.events.garbageCollector, logger: logger)
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await context.events.run() }
                group.addTask { await collector.run() }
                group.addTask {
                    do { try await set.run() } catch {
                        self.logger.error("controllers stopped", metadata: ["error": "\(error)"])
                    }
                }
                await group.waitForAll()
            }
        }
        try? await client.shutdown()
    }

    private func controllers(_ context: ControllerContext) -> [Controller] {
        workloads(context) + network(context) + housekeeping(context)
    }
}
