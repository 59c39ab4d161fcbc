import ArgumentParser
import Contracts
import KubernetesClient
import Logging
import Metrics
import NIOCore
import NIOPosix
import PodEnvironment
import ServiceFoundation
import ServiceLifecycle
import StorefrontOperator
import UnixSignals

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Options win over environment variables, which suit a pod's template.
@main
struct OperatorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storefront-operator",
        abstract: "Makes of every Storefront in a Kubernetes cluster a running shop, and keeps it so.",
        version: productVersion)

    @Option(help: "A namespace to watch; repeat it for several. All when absent. ($WATCH_NAMESPACES, with commas)")
    var namespace: [String] = []

    @Option(help: "A kubeconfig file; the pod's ServiceAccount, or $KUBECONFIG, when absent.")
    var kubeconfig: String?

    @Flag(inversion: .prefixedNo, help: "Work only while holding the Lease, so that replicas can stand by.")
    var leaderElect = true

    @Option(help: "Namespace of the Lease. ($POD_NAMESPACE)")
    var leaseNamespace: String?

    @Option(help: "trace, debug, info, notice, warning or error. ($LOG_LEVEL)")
    var logLevel: String?

    @Option(help: "How many Storefronts are worked on at a time.")
    var workers = 4

    @Option(help: "Port of /health, /ready and /metrics; 0 for none.")
    var managementPort = 9090

    func run() async throws {
        NIOSingletons.groupLoopCountSuggestion = 2
        NIOSingletons.blockingPoolThreadCountSuggestion = 1
        let environment = ProcessInfo.processInfo.environment
        let level = try level(environment)
        LoggingSystem.bootstrap { label in
            var handler = JSONLogHandler(label: label, metadata: ["version": "\(productVersion)"])
            handler.logLevel = level
            return handler
        }
        let registry = PrometheusRegistry()
        MetricsSystem.bootstrap(registry)
        let logger = Logger(label: "storefront-operator")
        let clientConfiguration: ClientConfiguration
        do {
            clientConfiguration = try ClientConfiguration.automatic(kubeconfig: kubeconfig, environment: environment)
        } catch {
            throw ValidationError("\(error)")
        }
        let client = KubernetesClient(configuration: clientConfiguration, logger: logger)
        let service = Operator(client, settings(environment, clientConfiguration), logger: logger)
        var services: [any Service] = [service]
        if managementPort > 0 {
            services.append(ManagementServer(port: managementPort, registry: registry, logger: logger))
        }
        logger.info("starting", metadata: ["server": "\(clientConfiguration.server)"])
        // SIGINT is what a terminal sends, SIGTERM what a node does.
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    ServiceGroupConfiguration.ServiceConfiguration(
                        service: $0, successTerminationBehavior: .gracefullyShutdownGroup,
                        failureTerminationBehavior: .gracefullyShutdownGroup)
                },
                gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
        do {
            try await group.run()
        } catch {
            try? await client.shutdown()
            throw error
        }
        try? await client.shutdown()
    }

    private func level(_ environment: [String: String]) throws -> Logger.Level {
        let name = logLevel ?? environment["LOG_LEVEL"] ?? "info"
        guard let level = Logger.Level(rawValue: name.lowercased()) else {
            throw ValidationError("\(name) is no log level: trace, debug, info, notice, warning or error")
        }
        return level
    }

    private func settings(
        _ environment: [String: String], _ client: ClientConfiguration
    ) -> Operator.Configuration {
        var settings = Operator.Configuration()
        let named = environment["WATCH_NAMESPACES", default: ""].split(separator: ",").map { String($0) }
        settings.namespaces = namespace.isEmpty ? named : namespace
        settings.workers = max(1, workers)
        let pod = environment["POD_NAME"] ?? "storefront-operator"
        settings.identity = "\(pod)_\(UUID().uuidString.lowercased())"
        if leaderElect {
            let place = leaseNamespace ?? environment["POD_NAMESPACE"] ?? client.namespace
            settings.lease = ObjectKey(namespace: place, name: "storefront-operator")
        }
        return settings
    }
}
