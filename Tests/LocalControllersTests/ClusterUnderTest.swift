import Foundation
import KubernetesClient
import LocalAPIServer
import LocalControllers
import Logging
import Testing

/// A real API server and the controllers, without a node: tests play the node by writing pods' statuses.
struct ClusterUnderTest {
    let client: KubernetesClient

    static func run(_ body: (ClusterUnderTest) async throws -> Void) async throws {
        let folder = NSTemporaryDirectory() + "controllers-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var logger = Logger(label: "test")
        logger.logLevel = .warning
        let server = try APIServer(
            configuration: .init(port: 0, stateFolder: folder, serviceRange: "127.98.128.0/17"), logger: logger)
        let serving = Task { try await server.run() }
        let port = try await server.listeningPort()
        let configuration = ClientConfiguration(
            server: "https://127.0.0.1:\(port)",
            certificateAuthority: .text(server.certificateAuthority.certificatePEM), token: .text(server.adminToken))
        let controllers = LocalControllers(
            .init(client: configuration, rootCertificate: server.certificateAuthority.certificatePEM), logger: logger)
        let controlling = Task { try await controllers.run() }
        let client = KubernetesClient(configuration: configuration, logger: logger)
        let result: Result<Void, any Error>
        do {
            try await body(ClusterUnderTest(client: client))
            result = .success(())
        } catch {
            result = .failure(error)
        }
        controlling.cancel()
        _ = await controlling.result
        try await client.shutdown()
        serving.cancel()
        _ = await serving.result
        try result.get()
    }

    /// Waits until something holds; fails the test after a while.
    func eventually(
        _ what: String, within limit: Duration = .seconds(20), sourceLocation: SourceLocation = #_sourceLocation,
        _ holds: () async throws -> Bool
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while ContinuousClock.now < deadline {
            if try await holds() { return }
            try await Task.sleep(for: .milliseconds(30))
        }
        Issue.record("not within \(limit): \(what)", sourceLocation: sourceLocation)
        throw CancellationError()
    }

    func pods(_ selector: String) async throws -> [UntypedObject] {
        try await client.listAll(.pod, namespace: "default", options: ListOptions(labelSelector: selector)).items
    }

    /// Does what a node would: every pod that is not ready becomes so, every pod being deleted goes.
    func playNode(_ selector: String) async throws {
        for (index, pod) in try await pods(selector).enumerated() {
            if pod.isBeingDeleted {
                _ = try? await client.delete(
                    .pod, pod.name, namespace: "default", options: DeleteOptions(gracePeriodSeconds: 0))
            } else if pod["status", "phase"] != "Running" {
                let status: JSONValue = [
                    "phase": "Running", "podIP": .string("127.98.1.\(index + 1)"),
                    "conditions": [
                        ["type": "Ready", "status": "True", "lastTransitionTime": .string(Timestamp.now.seconds)]
                    ],
                ]
                _ = try? await client.patch(
                    .pod, pod.name, namespace: "default", .merge(["status": status]), subresource: "status")
            }
        }
    }

    func finish(_ pod: UntypedObject, _ phase: String) async throws {
        try await client.patch(
            .pod, pod.name, namespace: "default", .merge(["status": ["phase": .string(phase)]]),
            subresource: "status")
    }
}
