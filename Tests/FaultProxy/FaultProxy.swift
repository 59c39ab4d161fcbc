import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP/1.1 proxy on loopback between a client and a server, which does to requests and answers what a script says.
///
/// Clients talk plain HTTP to ``url``. Requests are read whole before they are sent on; answers stream. Every fault is a
/// real one of the connection: resets are RSTs, an outage refuses connections, a stall is an open connection without a
/// byte.
///
/// ```swift
/// let proxy = try await FaultProxy.start(upstream: Upstream(url: server, token: token))
/// proxy.rule(.resetAfterUpstreamAnswered, skipping: 2) { $0.isMutating }    // the third write
/// proxy.rule { $0.isWatch ? .withoutBookmarks : nil }
/// …
/// try await proxy.stop()
/// ```
public final class FaultProxy: Sendable {
    /// `http://127.0.0.1:port`, the same through outages.
    public let url: String
    /// The port of ``url``.
    public var port: Int { reserved.number }
    let upstream: Upstream
    let http: HTTPClient
    private let reserved: ReservedPort
    private let state: Mutex<State>

    private struct State {
        var script = FaultScript()
        var log: [ProxiedRequest] = []
        var listener: (any Channel)?
        var connections: [ObjectIdentifier: any Channel] = [:]
        var isFrozen = false
        var thawing: [CheckedContinuation<Void, Never>] = []
    }

    public static func start(upstream: Upstream) async throws -> FaultProxy {
        let proxy = try FaultProxy(upstream)
        do {
            try await proxy.listen()
        } catch {
            try? await proxy.http.shutdown()
            throw error
        }
        return proxy
    }

    private init(_ upstream: Upstream) throws {
        self.upstream = upstream
        reserved = try ReservedPort()
        http = try upstream.client()
        url = "http://127.0.0.1:\(reserved.number)"
        state = Mutex(State())
    }

    /// Ends everything; the proxy is of no use afterwards.
    public func stop() async throws {
        freeze(false)
        try await refuse(true)
        try await http.shutdown()
        reserved.release()
    }

    // MARK: Faults

    /// Adds a rule; `nil` from it leaves the request to the rules added later.
    public func rule(_ rule: @escaping FaultScript.Rule) { state.withLock { $0.script.add(rule) } }

    /// Adds a fault for the requests after the first `skipping` that match, and for so many of them.
    public func rule(
        _ fault: Fault, skipping: Int = 0, times: Int = 1,
        when matches: @escaping @Sendable (ProxiedRequest) -> Bool = { _ in true }
    ) {
        state.withLock { $0.script.add(fault, skipping: skipping, times: times, when: matches) }
    }

    /// From now on everything passes.
    public func clearRules() { state.withLock { $0.script.clear() } }

    /// An outage: all connections are reset and new ones refused, until `false`.
    public func refuse(_ refused: Bool) async throws {
        if refused {
            let listener = state.withLock { state in
                defer { state.listener = nil }
                return state.listener
            }
            try await listener?.close()
            await cutAll()
        } else {
            guard state.withLock({ $0.listener == nil }) else { return }
            try await listen()
        }
    }

    /// Resets every open connection now; new ones are welcome.
    public func cutAll() async {
        for channel in state.withLock({ Array($0.connections.values) }) { await channel.reset() }
    }

    /// A partition: connections stay open and no byte goes either way, until `false`; then everything goes on.
    public func freeze(_ frozen: Bool) {
        let waiting = state.withLock { state in
            state.isFrozen = frozen
            guard !frozen else { return [CheckedContinuation<Void, Never>]() }
            defer { state.thawing = [] }
            return state.thawing
        }
        for continuation in waiting { continuation.resume() }
    }

    // MARK: What was seen

    /// Every request so far, in the order in which they arrived.
    public var log: [ProxiedRequest] { state.withLock { $0.log } }

    public var openConnections: Int { state.withLock { $0.connections.count } }

    /// How many requests of a method there were.
    public func count(_ method: String) -> Int { count { $0.method == method } }

    public func count(_ matches: (ProxiedRequest) -> Bool) -> Int {
        state.withLock { $0.log }.reduce(0) { $0 + (matches($1) ? 1 : 0) }
    }

    /// How many requests of each method there were.
    public var counts: [String: Int] { log.reduce(into: [:]) { $0[$1.method, default: 0] += 1 } }

    /// Forgets the log and counts from 1 again.
    public func clearLog() {
        state.withLock { state in
            state.log = []
            state.script.restartCount()
        }
    }

    // MARK: For the connections

    private func listen() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(ReservedPort.sharing, value: 1)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try channel.pipeline.syncOperations.addHandler(ProxyConnection(self))
                }
            }
            .bind(host: "127.0.0.1", port: reserved.number).get()
        state.withLock { $0.listener = listener }
    }

    func opened(_ channel: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(channel)] = channel }
    }

    func closed(_ channel: any Channel) {
        state.withLock { $0.connections[ObjectIdentifier(channel)] = nil }
    }

    /// Logs a request and says what becomes of it.
    func decide(_ request: inout ProxiedRequest) -> Fault {
        state.withLock { state in
            let fault = state.script.decide(&request)
            state.log.append(request)
            return fault
        }
    }

    func answered(_ request: ProxiedRequest, _ status: Int) {
        state.withLock { state in
            guard let index = state.log.lastIndex(where: { $0.number == request.number }) else { return }
            state.log[index].status = status
        }
    }

    /// Returns when the proxy is not frozen.
    func passGate() async {
        await withCheckedContinuation { continuation in
            let isOpen = state.withLock { state in
                if state.isFrozen { state.thawing.append(continuation) }
                return !state.isFrozen
            }
            if isOpen { continuation.resume() }
        }
    }
}

extension Channel {
    /// Closes with an RST instead of a FIN.
    func reset() async {
        if let socket = self as? any SocketOptionProvider {
            try? await socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
        }
        try? await close()
    }
}
