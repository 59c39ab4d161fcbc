import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// Tells when a server answers.
struct ServerReadiness: Sendable {
    let state: StateDirectory
    let settings: ClusterSettings

    func waitForPostgres() async throws {
        try await wait(for: "postgres") { try await connect(settings.addresses.postgres, PostgresServer.port) }
    }

    func waitForRedis() async throws {
        try await wait(for: "redis") { try await connect(settings.addresses.redis, RedisServer.port) }
    }

    /// The broker accepts connections and its management API answers the administrator.
    func waitForRabbitMQ() async throws {
        try await wait(for: "rabbitmq", limit: .seconds(90)) {
            try await connect(settings.addresses.rabbitMQ, RabbitMQServer.port)
            var request = HTTPClientRequest(
                url: "http://\(settings.addresses.rabbitMQ):\(RabbitMQServer.managementPort)/api/vhosts")
            request.setBasicAuth(username: RabbitMQServer.administrator, password: settings.rabbitMQPassword)
            let response = try await HTTPClient.shared.execute(request, timeout: .seconds(2))
            _ = try await response.body.collect(upTo: 1 << 20)
            guard response.status == .ok else { throw NotReady() }
        }
    }

    private struct NotReady: Error {}

    private func connect(_ address: String, _ port: Int) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connectTimeout(.seconds(1)).connect(host: address, port: port).get()
        try await channel.close()
    }

    private func wait(
        for name: String, limit: Duration = .seconds(30), _ check: () async throws -> Void
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while true {
            do {
                return try await check()
            } catch {
                try Task.checkCancellation()
                guard ContinuousClock.now < deadline else {
                    throw LocalClusterError(
                        .serverFailed, "\(name) does not answer after \(limit). Its log is \(state.logs)/\(name).log",
                        cause: error)
                }
                try await Task.sleep(for: .milliseconds(50))
            }
        }
    }
}
