import FaultProxy
import Foundation
import KubernetesClient
import LocalAPIServer
import Logging
import ServiceLifecycle
import Synchronization

/// An embedded API server of a test's own, which can be stopped and started at the same address, and proxies before it.
final class TestCluster: Sendable {
    private let folder = NSTemporaryDirectory() + "runtime-\(UUID().uuidString)"
    private let state = Mutex(State())

    private struct State {
        var port = 0
        var running: Task<Void, any Error>?
        var group: ServiceGroup?
        var proxies: [FaultProxy] = []
        var clients: [KubernetesClient] = []
    }

    /// An administrator's client without a proxy between.
    let admin: KubernetesClient
    private let token: String
    private let kubeconfigText: String

    static var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    /// Runs a test with a cluster, and ends everything of it afterwards.
    static func with(_ body: (TestCluster) async throws -> Void) async throws {
        let cluster = try await TestCluster()
        let result: Result<Void, any Error>
        do { result = .success(try await body(cluster)) } catch { result = .failure(error) }
        try await cluster.end()
        try result.get()
    }

    private init() async throws {
        let server = try APIServer(
            configuration: .init(port: 0, stateFolder: folder, serviceRange: "127.98.128.0/17"), logger: Self.quiet)
        token = server.adminToken
        let group = Self.group(server)
        let running = Task { try await group.run() }
        let port = try await server.listeningPort()
        kubeconfigText = try server.adminKubeconfig(port: port)
        admin = KubernetesClient(
            configuration: try Kubeconfig(text: kubeconfigText).configuration(), logger: Self.quiet)
        state.withLock {
            $0.port = port
            $0.running = running
            $0.group = group
            $0.clients = [admin]
        }
    }

    // MARK: The server

    /// Starts the server again where it was.
    func start() async throws {
        let port = state.withLock { $0.port }
        let server = try APIServer(
            configuration: .init(port: port, stateFolder: folder, serviceRange: "127.98.128.0/17"), logger: Self.quiet)
        let group = Self.group(server)
        let running = Task { try await group.run() }
        _ = try await server.listeningPort()
        state.withLock {
            $0.running = running
            $0.group = group
        }
    }

    /// Stops the server; its state stays.
    func stop() async throws {
        let (running, group, proxies) = state.withLock { state in
            defer { state.running = nil }
            return (state.running, state.group, state.proxies)
        }
        for proxy in proxies { try await proxy.refuse(true) }
        await group?.triggerGracefulShutdown()
        _ = await running?.result
        for proxy in proxies { try await proxy.refuse(false) }
    }

    private static func group(_ server: APIServer) -> ServiceGroup {
        ServiceGroup(services: [server], logger: quiet)
    }

    /// Keeps a copy of a stopped server's objects, or puts it back.
    func save() throws { try copy(from: folder, to: folder + "/saved") }
    func restore() throws { try copy(from: folder + "/saved", to: folder) }

    private func copy(from source: String, to target: String) throws {
        let files = FileManager.default
        try files.createDirectory(atPath: target, withIntermediateDirectories: true)
        for path in try files.contentsOfDirectory(atPath: target) where path.hasPrefix("objects.sqlite") {
            try files.removeItem(atPath: "\(target)/\(path)")
        }
        for path in try files.contentsOfDirectory(atPath: source) where path.hasPrefix("objects.sqlite") {
            try files.copyItem(atPath: "\(source)/\(path)", toPath: "\(target)/\(path)")
        }
    }

    /// A file for programs to find the cluster by.
    func kubeconfig() throws -> String {
        try kubeconfigText.write(toFile: folder + "/kubeconfig", atomically: true, encoding: .utf8)
        return folder + "/kubeconfig"
    }

    // MARK: What stands before it

    func proxy() async throws -> FaultProxy {
        let port = state.withLock { $0.port }
        let proxy = try await FaultProxy.start(upstream: Upstream(url: "https://127.0.0.1:\(port)", token: token))
        state.withLock { $0.proxies.append(proxy) }
        return proxy
    }

    /// A client that speaks through a proxy.
    func client(
        _ proxy: FaultProxy, requestTimeout: Duration = .seconds(5), token: FileOrBytes? = nil
    ) -> KubernetesClient {
        let client = KubernetesClient(
            configuration: ClientConfiguration(server: proxy.url, token: token, requestTimeout: requestTimeout),
            logger: Self.quiet)
        state.withLock { $0.clients.append(client) }
        return client
    }

    /// The administrator's client with connections of its own.
    func separateAdmin() -> KubernetesClient {
        let client = admin.separateConnections()
        state.withLock { $0.clients.append(client) }
        return client
    }

    private func end() async throws {
        let (clients, proxies) = state.withLock { ($0.clients, $0.proxies) }
        for client in clients { try await client.shutdown() }
        for proxy in proxies { try await proxy.stop() }
        state.withLock { $0.proxies = [] }
        try await stop()
        try FileManager.default.removeItem(atPath: folder)
    }
}
