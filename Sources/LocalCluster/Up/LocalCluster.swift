import Foundation
import KubernetesClient
import LocalAPIServer
import Logging
import ServiceLifecycle
import UnixSignals

/// A Kubernetes control plane and node with PostgreSQL, RabbitMQ and Redis beside them, on one machine.
public struct LocalCluster: Sendable {
    private let configuration: LocalClusterConfiguration
    private let progress: ProgressDisplay

    public init(configuration: LocalClusterConfiguration, progress: ProgressDisplay) {
        self.configuration = configuration
        self.progress = progress
    }

    /// Starts everything, then the workload, and runs until SIGINT or SIGTERM (or the workload's failure); then stops
    /// everything in order: pods, node, controllers, API server, servers.
    ///
    /// - Throws: ``LocalClusterError``, or what the workload threw.
    public func run(_ workload: @escaping @Sendable (ClusterAccess) async throws -> Void) async throws {
        let state = configuration.state
        let programs = try ServerPrograms()
        try state.prepare()
        let lock = try StateLock(state)
        defer { withExtendedLifetime(lock) {} }
        guard await Ports.isFree(configuration.edgeAddress, configuration.edgePort) else {
            throw LocalClusterError(
                .portInUse,
                "\(configuration.edgeAddress):\(configuration.edgePort) is in use by another program. "
                    + "Stop it, or choose another port with --port.")
        }
        await state.endLeftovers()
        let settings = try await ClusterSettings.load(state)
        let logger = try ClusterLog.logger(file: "\(state.logs)/cluster.log")

        let servers = try await DataServers(state: state, programs: programs, settings: settings, logger: logger)
        let control = try ControlPlane(
            state, settings, edge: (configuration.edgeAddress, configuration.edgePort), logger)
        let node = try ClusterNode.agent(configuration, settings, of: control, logger)
        let access = ClusterAccess(
            client: KubernetesClient(configuration: control.clientConfiguration, logger: logger), state: state,
            settings: settings, configuration: configuration, started: Date())
        let start = StartUp(servers: servers, control: control, access: access, progress: progress, workload: workload)

        var group = ServiceGroupConfiguration(
            services: (servers.services + control.services + [node]).map {
                .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
            } + [.init(service: start, failureTerminationBehavior: .gracefullyShutdownGroup)],
            gracefulShutdownSignals: [.sigint, .sigterm], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(9)
        let outcome: Result<Void, any Error>
        do {
            try await ServiceGroup(configuration: group).run()
            outcome = .success(())
        } catch {
            outcome = .failure(error)
        }
        progress.wait(for: nil)
        progress.done("stopped")
        try outcome.get()
    }
}
