import LocalAPIServer
import ServiceLifecycle
import UnixSignals

/// A Kubernetes control plane alone: API server and controllers, no node and no databases. What wants a Kubernetes API
/// to talk to needs no more, and a node of another process may join it.
public struct LocalControlPlane: Sendable {
    private let state: StateDirectory
    private let port: Int

    /// - Parameter port: where the API server listens, on the loopback address the state folder was given.
    public init(state: StateDirectory, port: Int = 6443) {
        self.state = state
        self.port = port
    }

    /// Runs until SIGINT or SIGTERM.
    ///
    /// - Parameter ready: called once the API answers, with the administrator's kubeconfig file.
    /// - Throws: ``LocalClusterError``.
    public func run(_ ready: @escaping @Sendable (_ kubeconfig: String) -> Void) async throws {
        try state.prepare()
        let lock = try StateLock(state)
        defer { withExtendedLifetime(lock) {} }
        let settings = try await ClusterSettings.load(state, port: port)
        let logger = try ClusterLog.logger(file: "\(state.logs)/cluster.log")
        let control = try ControlPlane(state, settings, port: port, edge: nil, logger)
        let announcement = Announcement(control: control, kubeconfig: state.kubeconfig, ready: ready)
        var group = ServiceGroupConfiguration(
            services: control.services + [announcement], gracefulShutdownSignals: [.sigint, .sigterm], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(9)
        try await ServiceGroup(configuration: group).run()
    }
}

/// Tells that the API answers, and stays until shutdown.
private struct Announcement: Service {
    let control: ControlPlane
    let kubeconfig: String
    let ready: @Sendable (String) -> Void

    func run() async throws {
        _ = try await control.server.listeningPort()
        ready(kubeconfig)
        try? await gracefulShutdown()
    }
}
