import AsyncHTTPClient
import Contracts
public import Foundation
import NIOCore
import NIOHTTP1
import Synchronization

/// A private RabbitMQ broker on loopback ports, with its own epmd and the management API.
public final class RabbitMQServer: Sendable {
    public let port: Int
    public let managementPort: Int
    public let username = "admin"
    public let password = "secret"
    private let folder: String
    private let epmdPort: Int
    private let distributionPort: Int
    private let processes: Mutex<[ServerProcess]>
    private let virtualHosts = Atomic(0)

    /// Starts a broker: about six seconds.
    public static func start() async throws -> RabbitMQServer {
        let server = try RabbitMQServer()
        try await server.waitUntilReady()
        return server
    }

    private init() throws {
        folder = try TemporaryFolder.make("rabbitmq")
        port = try Loopback.freePort()
        managementPort = try Loopback.freePort()
        epmdPort = try Loopback.freePort()
        distributionPort = try Loopback.freePort()
        processes = Mutex([])
        try """
        listeners.tcp.1 = 127.0.0.1:\(port)
        management.tcp.ip = 127.0.0.1
        management.tcp.port = \(managementPort)
        default_user = \(username)
        default_pass = \(password)
        loopback_users = none
        log.console.level = warning
        vm_memory_high_watermark.absolute = 512MB
        disk_free_limit.absolute = 50MB
        """.write(toFile: folder + "/rabbitmq.conf", atomically: true, encoding: .utf8)
        try "[rabbitmq_management].\n".write(toFile: folder + "/plugins", atomically: true, encoding: .utf8)
        let epmdFolder = folder + "/epmd"
        try FileManager.default.createDirectory(atPath: epmdFolder, withIntermediateDirectories: true)
        let epmd = try ServerProcess(
            ["epmd", "-port", String(epmdPort), "-address", "127.0.0.1"], folder: epmdFolder)
        let broker = try launch()
        processes.withLock { $0 = [broker, epmd] }
    }

    private func launch() throws -> ServerProcess {
        try ServerProcess(
            ["/usr/lib/rabbitmq/bin/rabbitmq-server"],
            environment: [
                "HOME": folder, "ERL_EPMD_PORT": String(epmdPort), "ERL_EPMD_ADDRESS": "127.0.0.1",
                "RABBITMQ_NODENAME": "rabbit\(port)@localhost", "RABBITMQ_DIST_PORT": String(distributionPort),
                "RABBITMQ_CONFIG_FILE": folder + "/rabbitmq", "RABBITMQ_MNESIA_BASE": folder + "/mnesia",
                "RABBITMQ_LOG_BASE": folder + "/logs", "RABBITMQ_LOGS": "-",
                "RABBITMQ_ENABLED_PLUGINS_FILE": folder + "/plugins", "RABBITMQ_PID_FILE": folder + "/beam.pid",
                "RABBITMQ_CONF_ENV_FILE": "/dev/null",
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS":
                    "-start_epmd false +S 1:1 +sbwt none -kernel inet_dist_use_interface {127,0,0,1}",
            ], folder: folder, otherPIDFile: folder + "/beam.pid")
    }

    private func waitUntilReady() async throws {
        try await eventually(within: .seconds(60), "RabbitMQ") {
            guard Loopback.accepts(port) else { return false }
            return (try? await call(.GET, "/api/overview")) != nil
        }
    }

    /// Kills the broker and waits until it is gone.
    public func kill() {
        processes.withLock { processes in
            if let broker = processes.first { broker.stop(keepFolder: true) }
        }
    }

    public func restart() async throws {
        let next = try launch()
        processes.withLock { $0[0] = next }
        try await waitUntilReady()
    }

    public func stop() {
        processes.withLock { processes in
            for process in processes { process.stop() }
        }
    }

    /// Without decompression, whose limits a queue of equal messages exceeds.
    private static let client = HTTPClient(eventLoopGroupProvider: .singleton)

    // MARK: - Topology

    /// A fresh virtual host with all exchanges, queues and bindings of `Topology`, a user per service with its least
    /// permissions, as the operator declares them. `retryDelay` replaces the retry queues' delay.
    public func broker(retryDelay: Duration = .milliseconds(300)) async throws -> TestBroker {
        let number = virtualHosts.add(1, ordering: .relaxed).newValue
        let name = "test\(number)"
        try await call(.PUT, "/api/vhosts/\(name)")
        try await call(.PUT, "/api/permissions/\(name)/\(username)", #"{"configure":".*","write":".*","read":".*"}"#)
        try await call(.PUT, "/api/exchanges/\(name)/\(Topology.eventsExchange)", #"{"type":"topic","durable":true}"#)
        for exchange in [Topology.retryExchange, Topology.deadExchange] {
            try await call(.PUT, "/api/exchanges/\(name)/\(exchange)", #"{"type":"direct","durable":true}"#)
        }
        for service in ServiceName.allCases {
            if let events = Topology.subscriptions[service] {
                try await declareQueues(of: service, events, in: name, retryDelay)
            }
            let user = "\(name)-\(service.rawValue)"
            let permissions = Topology.permissions(of: service)
            let body = [
                "configure": permissions.configure, "write": permissions.write, "read": permissions.read,
            ]
            try await call(.PUT, "/api/users/\(user)", #"{"password":"secret","tags":""}"#)
            let text = String(decoding: try JSONEncoder().encode(body), as: UTF8.self)
            try await call(.PUT, "/api/permissions/\(name)/\(user)", text)
        }
        return TestBroker(server: self, virtualHost: name)
    }

    private func declareQueues(
        of service: ServiceName, _ events: [EventType], in host: String, _ retryDelay: Duration
    ) async throws {
        let queue = Topology.queue(of: service)
        let milliseconds = Int(retryDelay / .milliseconds(1))
        try await call(
            .PUT, "/api/queues/\(host)/\(queue)",
            """
            {"durable":true,"arguments":{"x-queue-type":"quorum","x-overflow":"reject-publish",\
            "x-dead-letter-strategy":"at-least-once","x-dead-letter-exchange":"\(Topology.retryExchange)",\
            "x-dead-letter-routing-key":"\(queue)"}}
            """)
        try await call(
            .PUT, "/api/queues/\(host)/\(Topology.retryQueue(of: service))",
            """
            {"durable":true,"arguments":{"x-queue-type":"quorum","x-overflow":"reject-publish",\
            "x-dead-letter-strategy":"at-least-once","x-message-ttl":\(milliseconds),\
            "x-dead-letter-exchange":"","x-dead-letter-routing-key":"\(queue)"}}
            """)
        try await call(
            .PUT, "/api/queues/\(host)/\(Topology.deadQueue(of: service))",
            #"{"durable":true,"arguments":{"x-queue-type":"quorum"}}"#)
        try await bind(host, Topology.retryExchange, Topology.retryQueue(of: service), queue)
        try await bind(host, Topology.deadExchange, Topology.deadQueue(of: service), queue)
        for event in events { try await bind(host, Topology.eventsExchange, queue, event.rawValue) }
    }

    private func bind(_ host: String, _ exchange: String, _ queue: String, _ key: String) async throws {
        try await call(.POST, "/api/bindings/\(host)/e/\(exchange)/q/\(queue)", #"{"routing_key":"\#(key)"}"#)
    }

    /// Messages of a queue, unacknowledged ones included, as the management API counted them last.
    public func depth(of queue: String, _ broker: TestBroker) async throws -> Int {
        struct Queue: Decodable { var messages: Int? }
        let data = try await call(.GET, "/api/queues/\(broker.virtualHost)/\(queue)")
        return try JSONDecoder().decode(Queue.self, from: data).messages ?? 0
    }

    /// A request of the management API; throws for a status from 300.
    @discardableResult
    public func call(_ method: Method, _ path: String, _ body: String = "") async throws -> Data {
        var request = HTTPClientRequest(url: "http://127.0.0.1:\(managementPort)\(path)")
        request.method = .init(rawValue: method.rawValue)
        request.setBasicAuth(username: username, password: password)
        request.headers.add(name: "content-type", value: "application/json")
        if !body.isEmpty { request.body = .bytes(ByteBuffer(string: body)) }
        let response = try await Self.client.execute(request, timeout: .seconds(10))
        let bytes = try await response.body.collect(upTo: 1 << 22)
        guard response.status.code < 300 else {
            throw TestServerError("\(method) \(path): \(response.status.code) \(String(buffer: bytes))")
        }
        return Data(bytes.readableBytesView)
    }

    public enum Method: String, Sendable { case GET, PUT, POST, DELETE }
}
