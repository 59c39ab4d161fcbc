import AsyncHTTPClient
import Contracts
import HTTPTypes
import Logging
import Messaging
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import PodEnvironment
import Synchronization

/// Calls other services over mTLS: their certificate must be of our authority and bear their name; ours tells them who
/// is calling.
final class PeerClient: PeerCalling {
    private let peers: @Sendable () -> [String: String]
    private let tls: MutualTLS
    private let environment: PodEnvironment
    private let logger: Logger
    /// One client for each set of addresses that names had; AsyncHTTPClient resolves only through its configuration.
    private let clients = Mutex<[[String: String]: HTTPClient]>([:])

    /// - Parameter peers: base URLs by service name, asked anew for each call.
    init(
        tls: MutualTLS, environment: PodEnvironment, logger: Logger,
        peers: @escaping @Sendable () -> [String: String]
    ) {
        self.tls = tls
        self.environment = environment
        self.logger = logger
        self.peers = peers
    }

    func send(_ request: PeerRequest) async throws -> PeerResponse {
        guard let base = peers()[request.service.rawValue] else {
            throw PeerError.unreachable(request.service, "no address is configured")
        }
        let deadline = ContinuousClock.now + request.timeout
        var attempt = 0
        while true {
            attempt += 1
            do {
                return try await sendOnce(request, base, deadline)
            } catch let error as PeerError {
                let retryable =
                    switch error {
                    case .problem(_, let problem): problem.status == 503 && request.idempotent
                    case .unreachable: request.idempotent
                    }
                let delay = Duration.milliseconds(Int.random(in: 10...(50 << min(attempt, 4))))
                guard retryable, attempt < 5, ContinuousClock.now + delay < deadline else { throw error }
                try await Task.sleep(for: delay)
            }
        }
    }

    private func sendOnce(
        _ request: PeerRequest, _ base: String, _ deadline: ContinuousClock.Instant
    ) async throws -> PeerResponse {
        var call = HTTPClientRequest(url: base + request.path)
        call.method = HTTPMethod(rawValue: request.method.rawValue)
        call.tlsConfiguration = tls.client
        call.headers.add(name: "accept", value: "application/json")
        if let id = Correlation.id { call.headers.add(name: "x-correlation-id", value: id) }
        for (name, value) in request.headers { call.headers.add(name: name, value: value) }
        if let body = request.body {
            call.headers.add(name: "content-type", value: "application/json")
            call.body = .bytes(ByteBuffer(bytes: body))
        }
        do {
            let client = client(for: base)
            let rest = max(1, (deadline - .now).milliseconds)
            let response = try await client.execute(call, timeout: .milliseconds(rest), logger: nil)
            let body = Array(try await response.body.collect(upTo: 8 << 20).readableBytesView)
            let status = Int(response.status.code)
            if status >= 400 { throw PeerError.problem(request.service, Problem(status: status, body: body)) }
            var headers: [String: String] = [:]
            for (name, value) in response.headers { headers[name.lowercased()] = value }
            return PeerResponse(status: status, headers: headers, body: body)
        } catch let error as PeerError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            throw PeerError.unreachable(request.service, "\(error)")
        }
    }

    /// The client that connects a name to the address which the pod's hosts file has now.
    private func client(for base: String) -> HTTPClient {
        let authority = base.split(separator: "/").dropFirst().first ?? ""
        let host = String(authority.prefix { $0 != ":" })
        let override = environment.hostAddress(host).map { [host: $0] } ?? [:]
        return clients.withLock { clients in
            if let known = clients[override] { return known }
            var configuration = HTTPClient.Configuration()
            configuration.dnsOverride = override
            configuration.timeout.connect = .seconds(2)
            configuration.connectionPool.idleTimeout = .seconds(30)
            configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 32
            configuration.redirectConfiguration = .disallow
            configuration.httpVersion = .http1Only
            let made = HTTPClient(
                eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: configuration)
            clients[override] = made
            return made
        }
    }

    func shutdown() async {
        let all = clients.withLock { clients in
            let all = Array(clients.values)
            clients = [:]
            return all
        }
        for client in all { try? await client.shutdown() }
    }
}
