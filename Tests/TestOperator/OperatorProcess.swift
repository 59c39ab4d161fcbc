import AsyncHTTPClient
public import Foundation
public import KubernetesClient
import NIOCore
import Synchronization
import TestServers

/// The operator's executable as a process of its own.
public final class OperatorProcess: Sendable {
    public let folder: String
    private let arguments: [String]
    private let environment: [String: String]
    private let managementPort: Int
    private let process = Mutex<ServerProcess?>(nil)

    /// - Parameters:
    ///   - configuration: how it reaches the API server, and its namespace with the Lease.
    ///   - namespaces: where it works; everywhere when empty.
    ///   - leaderElection: whether it waits for the Lease.
    public init(
        _ configuration: ClientConfiguration, namespaces: [String], leaderElection: Bool = true, workers: Int = 4
    ) throws {
        folder = try TemporaryFolder.make("operator")
        managementPort = try Loopback.freePort()
        let kubeconfig = folder + "/kubeconfig"
        try KubeconfigFile.write(configuration, to: kubeconfig)
        arguments =
            [
                try ServiceProcess.find("storefront-operator"), "--kubeconfig", kubeconfig, "--lease-namespace",
                configuration.namespace, "--management-port", String(managementPort), "--workers", String(workers),
                leaderElection ? "--leader-elect" : "--no-leader-elect",
            ] + namespaces.flatMap { ["--namespace", $0] }
        environment = ["POD_IP": "127.0.0.1", "POD_NAME": "operator-\(managementPort)"]
    }

    /// Starts it, again after ``kill()`` or ``terminate()``.
    public func start() throws {
        let started = try ServerProcess(arguments, environment: environment, folder: folder, signal: "TERM")
        process.withLock { $0 = started }
    }

    /// The process, once the shell that watches it has started it.
    public var pid: pid_t? { process.withLock { $0?.child } }

    public var isRunning: Bool { pid.map { Foundation.kill($0, 0) == 0 } ?? false }

    /// `kill -9`, and waits until it is gone.
    public func kill() {
        if let pid { Foundation.kill(pid, SIGKILL) }
        terminate()
    }

    /// SIGTERM, and waits until it is gone.
    public func terminate() {
        process.withLock { process in
            process?.stop(keepFolder: true)
            process = nil
        }
    }

    /// Ends it for good.
    public func remove() {
        terminate()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// All it has logged, of all its lives.
    public var log: String { (try? String(contentsOfFile: folder + "/log", encoding: .utf8)) ?? "" }

    public var isLeading: Bool { log.contains(#""message":"leading""#) }

    /// Its metrics in Prometheus' text format.
    public func metrics() async throws -> String {
        let request = HTTPClientRequest(url: "http://127.0.0.1:\(managementPort)/metrics")
        let response = try await HTTPClient.shared.execute(request, timeout: .seconds(5))
        return String(buffer: try await response.body.collect(upTo: 8 << 20))
    }
}

extension OperatorProcess {
    /// Runs an operator while the body does; on failure its last words are added to the error.
    public static func with<Value>(
        _ configuration: ClientConfiguration, namespaces: [String], leaderElection: Bool = true,
        isolation: isolated (any Actor)? = #isolation, _ body: (OperatorProcess) async throws -> Value
    ) async throws -> Value {
        let process = try OperatorProcess(configuration, namespaces: namespaces, leaderElection: leaderElection)
        defer { process.remove() }
        try process.start()
        do {
            return try await body(process)
        } catch {
            throw TestClusterError("\(error)\nthe operator's log ends:\n\(process.log.suffix(4000))")
        }
    }
}
