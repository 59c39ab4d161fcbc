public import Contracts
import Foundation
public import Messaging

/// One virtual host of the test broker.
public struct TestBroker: Sendable {
    public let server: RabbitMQServer
    public let virtualHost: String

    /// A service's own credentials.
    public func credentials(of service: ServiceName) -> RabbitMQCredentials {
        RabbitMQCredentials(
            host: "127.0.0.1", port: server.port, virtualHost: virtualHost,
            username: "\(virtualHost)-\(service.rawValue)", password: "secret")
    }

    public var administrator: RabbitMQCredentials {
        RabbitMQCredentials(
            host: "127.0.0.1", port: server.port, virtualHost: virtualHost, username: server.username,
            password: server.password)
    }

    /// The names of the open connections.
    public func connections() async throws -> Set<String> {
        struct Connection: Decodable { var name: String }
        let data = try await server.call(.GET, "/api/vhosts/\(virtualHost)/connections")
        return Set(try JSONDecoder().decode([Connection].self, from: data).map(\.name))
    }

    /// Takes up to so many messages out of a queue.
    public func take(_ count: Int, from queue: String) async throws -> [TakenMessage] {
        let body = #"{"count":\#(count),"ackmode":"ack_requeue_false","encoding":"auto"}"#
        let data = try await server.call(.POST, "/api/queues/\(virtualHost)/\(queue)/get", body)
        return try JSONDecoder().decode([TakenMessage].self, from: data)
    }
}
