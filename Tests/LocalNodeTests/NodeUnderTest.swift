import Foundation
import KubernetesClient
import LocalAPIServer
import LocalControllers
import LocalNode
import Logging
import ServiceLifecycle
import Testing

/// A real API server, the controllers and a node agent with pods in a network of their own.
struct NodeUnderTest {
    let client: KubernetesClient
    let state: String
    let edgePort: Int
    let configuration: NodeConfiguration
    /// The addresses are 127.N.0.0/16.
    let network: Int
    private static let logger = {
        var logger = Logger(label: "test")
        logger.logLevel = .error
        return logger
    }()

    /// - Parameter controllers: whether the cluster has any.
    static func run(
        controllers hasControllers: Bool = true, _ body: (NodeUnderTest) async throws -> Void
    ) async throws {
        let network = try await FreeNetwork.next()
        let state = "/tmp/node-test-\(UUID().uuidString.prefix(8))"
        defer { try? FileManager.default.removeItem(atPath: state) }
        try FileManager.default.createDirectory(atPath: state, withIntermediateDirectories: true)
        let host = "127.\(network).0.1"
        let server = try APIServer(
            configuration: .init(
                host: host, port: 0, stateFolder: "\(state)/api", serviceRange: "127.\(network).128.0/17"),
            logger: logger)
        let serving = Task { try await server.run() }
        let port = try await server.listeningPort()
        let access = ClientConfiguration(
            server: "https://\(host):\(port)",
            certificateAuthority: .text(server.certificateAuthority.certificatePEM), token: .text(server.adminToken))
        let certificate = try server.certificateAuthority.issue(
            commonName: "system:node:local", organizations: ["system:nodes"], addresses: ["127.\(network).0.5"])
        for (name, text) in [
            ("node.crt", certificate.certificatePEM), ("node.key", certificate.privateKeyPEM),
            ("ca.crt", server.certificateAuthority.certificatePEM),
        ] { try text.write(toFile: "\(state)/\(name)", atomically: true, encoding: .utf8) }
        let configuration = NodeConfiguration(
            name: "local", address: "127.\(network).0.5", stateDirectory: "\(state)/node", binaryDirectories: [],
            podNetwork: PodNetwork(prefix: "127.\(network)"), edge: .init(host: "127.\(network).0.5", port: 8080),
            kubeletPort: 0, kubeletCertificateFile: "\(state)/node.crt", kubeletKeyFile: "\(state)/node.key",
            clientAuthorityFile: "\(state)/ca.crt", client: access, apiServer: .init(host: host, port: port),
            shutdownGrace: .seconds(2))
        let controllers = Task {
            guard hasControllers else { return }
            try await LocalControllers(
                .init(client: access, rootCertificate: server.certificateAuthority.certificatePEM), logger: logger
            ).run()
        }
        let client = KubernetesClient(configuration: access, logger: logger)
        let under = NodeUnderTest(
            client: client, state: state, edgePort: 8080, configuration: configuration, network: network)
        let result: Result<Void, any Error>
        do {
            if !hasControllers {
                try await client.create(
                    .serviceAccount, UntypedObject(.serviceAccount, name: "default", namespace: "default"))
                var root = UntypedObject(.configMap, name: "kube-root-ca.crt", namespace: "default")
                root.json["data"] = ["ca.crt": .string(server.certificateAuthority.certificatePEM)]
                try await client.create(.configMap, root)
            }
            try await under.eventually("pods may be created") {
                try await client.find(.serviceAccount, "default", namespace: "default") != nil
            }
            try await body(under)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        controllers.cancel()
        _ = await controllers.result
        try await client.shutdown()
        serving.cancel()
        _ = await serving.result
        try result.get()
    }

    /// Runs the node agent while `body` runs, and stops it as `storefront local up` does at its end.
    ///
    /// - Parameter other: instead of ``configuration``.
    func withAgent(_ other: NodeConfiguration? = nil, _ body: () async throws -> Void) async throws {
        let agent = NodeAgent(other ?? configuration, logger: Self.logger)
        let group = ServiceGroup(services: [agent], logger: Self.logger)
        let running = Task { try await group.run() }
        let result: Result<Void, any Error>
        do {
            try await body()
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await group.triggerGracefulShutdown()
        try await running.value
        try result.get()
    }

    static func withNode(_ body: (NodeUnderTest) async throws -> Void) async throws {
        try await run { node in try await node.withAgent { try await body(node) } }
    }

    /// An address of the network's first 256: `address(5)` is the node.
    func address(_ host: Int) -> String { "127.\(network).0.\(host)" }

    func eventually(
        _ what: String, within limit: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation,
        _ holds: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if try await holds() { return }
            try await Task.sleep(for: .milliseconds(20))
        }
        Issue.record("not within \(limit): \(what)", sourceLocation: sourceLocation)
        throw CancellationError()
    }

    /// Creates a pod with one container that runs a shell script.
    @discardableResult
    func create(
        _ name: String, script: String, container: JSONValue = [:], spec: JSONValue = [:],
        labels: [String: String] = [:]
    ) async throws -> UntypedObject {
        try await client.create(.pod, Self.pod(name, script: script, container: container, spec: spec, labels: labels))
    }

    static func pod(
        _ name: String, script: String, container: JSONValue = [:], spec: JSONValue = [:],
        labels: [String: String] = [:]
    ) -> UntypedObject {
        var pod = UntypedObject(.pod, name: name, namespace: "default", labels: labels)
        var main: JSONValue = [
            "name": "main", "image": "shell", "command": ["sh", "-c", .string(script)],
        ]
        for (key, value) in container.objectValue ?? [:] { main[key] = value }
        pod.spec = ["terminationGracePeriodSeconds": 1, "containers": [main]]
        for (key, value) in spec.objectValue ?? [:] { pod["spec", key] = value }
        return pod
    }

    func pod(_ name: String) async throws -> UntypedObject { try await client.get(.pod, name, namespace: "default") }

    func status(_ name: String, _ container: Int = 0) async throws -> JSONValue {
        try await pod(name)["status", "containerStatuses"]?[container] ?? .null
    }

    func waitReady(_ name: String) async throws {
        try await eventually("\(name) is ready") {
            try await pod(name)["status", "conditions"]?.arrayValue?.contains {
                $0["type"] == "Ready" && $0["status"] == "True"
            } == true
        }
    }

    func waitPhase(_ name: String, _ phase: String) async throws {
        try await eventually("\(name) is \(phase)") {
            try await pod(name)["status", "phase"]?.stringValue == phase
        }
    }

    func log(_ name: String, _ options: LogOptions = LogOptions()) async throws -> String {
        var bytes: [UInt8] = []
        for try await part in try await client.logs(pod: name, namespace: "default", options: options) { bytes += part }
        return String(decoding: bytes, as: UTF8.self)
    }

    func file(_ pod: UntypedObject, _ path: String, container: String = "main") -> String? {
        try? String(
            contentsOfFile: "\(state)/node/pods/\(pod.uid)/\(container)/root\(path)", encoding: .utf8)
    }
}
