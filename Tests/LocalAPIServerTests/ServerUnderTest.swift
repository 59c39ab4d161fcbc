import Foundation
import KubernetesClient
import LocalAPIServer
import Logging
import ServiceLifecycle
import Testing

/// Runs a server on a free port for the length of `body`, then stops it.
func withServer(
    state: String? = nil, _ body: (RunningServer) async throws -> Void
) async throws {
    let folder = state ?? NSTemporaryDirectory() + "apiserver-\(UUID().uuidString)"
    defer { if state == nil { try? FileManager.default.removeItem(atPath: folder) } }
    var logger = Logger(label: "api-server")
    logger.logLevel = .warning
    let server = try APIServer(
        configuration: .init(port: 0, stateFolder: folder, serviceRange: "127.99.128.0/17"), logger: logger)
    let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
    let running = Task { try await group.run() }
    do {
        let port = try await server.listeningPort()
        let admin = try RunningServer(server: server, port: port, token: server.adminToken)
        do {
            try await body(admin)
        } catch {
            try? await admin.client.shutdown()
            throw error
        }
        try await admin.client.shutdown()
    } catch {
        await group.triggerGracefulShutdown()
        _ = await running.result
        throw error
    }
    await group.triggerGracefulShutdown()
    try await running.value
}

struct RunningServer: Sendable {
    let server: APIServer
    let port: Int
    let client: KubernetesClient

    init(server: APIServer, port: Int, token: String?) throws {
        self.server = server
        self.port = port
        self.client = KubernetesClient(
            configuration: ClientConfiguration(
                server: "https://127.0.0.1:\(port)",
                certificateAuthority: .text(server.certificateAuthority.certificatePEM),
                token: token.map { .text($0) }))
    }

    /// The same server, seen by somebody else.
    func withClient(token: String?, _ body: (KubernetesClient) async throws -> Void) async throws {
        let other = try RunningServer(server: server, port: port, token: token)
        do { try await body(other.client) } catch {
            try? await other.client.shutdown()
            throw error
        }
        try await other.client.shutdown()
    }
}

func configMap(_ name: String, _ data: [String: String] = [:], namespace: String = "default") -> UntypedObject {
    var object = UntypedObject(.configMap, name: name, namespace: namespace)
    object["data"] = JSONValue(data)
    return object
}

/// Expects that the server refuses a request in a certain way.
func expectRefusal<Answer>(
    _ isExpected: (KubernetesError) -> Bool, sourceLocation: SourceLocation = #_sourceLocation,
    _ request: () async throws -> Answer
) async {
    do {
        _ = try await request()
        Issue.record("the request was accepted", sourceLocation: sourceLocation)
    } catch let error as KubernetesError {
        #expect(isExpected(error), "\(error)", sourceLocation: sourceLocation)
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
}
