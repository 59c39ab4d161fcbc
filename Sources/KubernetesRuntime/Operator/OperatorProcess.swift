public import KubernetesClient
public import Logging
public import ServiceLifecycle
import UnixSignals

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A whole operator: a client, leader election, events and the controllers, run until told to stop.
///
/// ```swift
/// @main struct Main {
///     static func main() async throws {
///         try await OperatorProcess("widgets") { client, events in
///             ControllerSet([widgetController(client, events)])
///         }.runUntilSignalled()
///     }
/// }
/// ```
///
/// Replicas elect one that works; the others stand by. The cluster is the pod's own, or the one `KUBECONFIG` names.
public struct OperatorProcess: Service {
    private let name: String
    private let configuration: ClientConfiguration?
    private let lease: ObjectKey?
    private let timing: LeaseTiming
    private let logger: Logger
    private let controllers: @Sendable (KubernetesClient, EventRecorder) throws -> ControllerSet

    /// - Parameters:
    ///   - name: of the Lease, of the component in events, and of the logger.
    ///   - configuration: the cluster; found by `ClientConfiguration.automatic()` when `nil`.
    ///   - lease: by default the Lease `name` in the pod's namespace (`POD_NAMESPACE`), or the configuration's.
    ///   - timing: of the election.
    ///   - logger: by default one named as the operator.
    ///   - controllers: what to run while leading.
    public init(
        _ name: String, configuration: ClientConfiguration? = nil, lease: ObjectKey? = nil,
        timing: LeaseTiming = LeaseTiming(), logger: Logger? = nil,
        controllers: @escaping @Sendable (KubernetesClient, EventRecorder) throws -> ControllerSet
    ) {
        self.name = name
        self.configuration = configuration
        self.lease = lease
        self.timing = timing
        self.logger = logger ?? Logger(label: name)
        self.controllers = controllers
    }

    /// Runs until cancelled or told to shut down gracefully.
    ///
    /// - Throws: `KubernetesError.configuration` when no cluster is known, or what `controllers` throws. Nothing
    ///   that a cluster does ends it.
    public func run() async throws {
        let configuration = try configuration ?? .automatic()
        let client = KubernetesClient(configuration: configuration, logger: logger)
        let leases = client.separateConnections()
        let result: Result<Void, any Error>
        do {
            result = .success(try await run(client, leases, configuration))
        } catch {
            result = .failure(error)
        }
        try await client.shutdown()
        try await leases.shutdown()
        try result.get()
    }

    /// Runs until SIGTERM, which a node sends, or SIGINT, which a terminal sends.
    public func runUntilSignalled() async throws {
        try await ServiceGroup(
            services: [self], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger
        ).run()
    }

    private func run(
        _ client: KubernetesClient, _ leases: KubernetesClient, _ configuration: ClientConfiguration
    ) async throws {
        let environment = ProcessInfo.processInfo.environment
        let instance = "\(environment["POD_NAME"] ?? name)_\(UUID().uuidString.lowercased())"
        let namespace = environment["POD_NAMESPACE"] ?? configuration.namespace
        let events = EventRecorder(client: client, component: name, instance: instance, logger: logger)
        let election = LeaderElection(
            client: leases, lease: lease ?? ObjectKey(namespace: namespace, name: name), identity: instance,
            timing: timing, logger: logger, leading: try controllers(client, events))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await events.run() }
            defer { group.cancelAll() }
            try await election.run()
        }
    }
}
