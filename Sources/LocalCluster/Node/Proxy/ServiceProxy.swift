import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Listens on every Service's cluster address and passes connections on to ready endpoints.
actor ServiceProxy {
    private struct Listener {
        var channel: any Channel
        let target: ProxyTarget
    }

    private let table: RoutingTable
    private let logger: Logger
    private let group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton
    private var listeners: [ServiceRouting.Endpoint: Listener] = [:]
    private var refused: Set<ServiceRouting.Endpoint> = []

    init(table: RoutingTable, logger: Logger) {
        self.table = table
        self.logger = logger
    }

    /// Runs until cancelled, then closes its listeners.
    func run() async {
        let changes = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        table.onChange { _ in changes.continuation.yield() }
        changes.continuation.yield()
        for await _ in changes.stream { await update(table.current.services) }
        for listener in listeners.values { listener.channel.close(promise: nil) }
        listeners = [:]
    }

    private func update(_ routing: ServiceRouting) async {
        var wanted: [ServiceRouting.Endpoint: [ServiceRouting.Endpoint]] = [:]
        for service in routing.services.values {
            guard let address = service.clusterAddress else { continue }
            for port in service.ports {
                wanted[.init(address: address, port: port.number)] = port.candidates
            }
        }
        for (place, listener) in listeners where wanted[place] == nil {
            listener.channel.close(promise: nil)
            listeners[place] = nil
        }
        refused = refused.filter { wanted[$0] != nil }
        for (place, endpoints) in wanted {
            if let listener = listeners[place] {
                listener.target.set(endpoints)
            } else {
                await listen(place, endpoints)
            }
        }
    }

    private func listen(_ place: ServiceRouting.Endpoint, _ endpoints: [ServiceRouting.Endpoint]) async {
        let target = ProxyTarget(endpoints)
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.backlog, value: 1024)
                .childChannelOption(.autoRead, value: false)
                .childChannelOption(.allowRemoteHalfClosure, value: true)
                .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { client in
                    client.eventLoop.makeCompletedFuture {
                        try client.pipeline.syncOperations.addHandler(ProxyConnector(target))
                    }
                }
                .bind(host: place.address, port: place.port).get()
            listeners[place] = Listener(channel: channel, target: target)
            refused.remove(place)
        } catch {
            // Such as an address of a Service that is not this machine's (a real cluster's), or one used by a server
            // that the Service stands for. Told once.
            if refused.insert(place).inserted {
                logger.info(
                    "a Service is not proxied",
                    metadata: ["address": "\(place.address):\(place.port)", "error": "\(error)"])
            }
        }
    }
}

/// The endpoints of one Service port, taken in turn.
final class ProxyTarget: Sendable {
    private let state: Mutex<(endpoints: [ServiceRouting.Endpoint], next: Int)>

    init(_ endpoints: [ServiceRouting.Endpoint]) { state = Mutex((endpoints, 0)) }

    func set(_ endpoints: [ServiceRouting.Endpoint]) { state.withLock { $0.endpoints = endpoints } }

    /// All endpoints, beginning with another one each time.
    func candidates() -> [ServiceRouting.Endpoint] {
        state.withLock { state in
            guard !state.endpoints.isEmpty else { return [] }
            state.next = (state.next + 1) % state.endpoints.count
            return Array(state.endpoints[state.next...] + state.endpoints[..<state.next])
        }
    }
}

/// Connects an accepted connection to the first endpoint that answers. Not before the connection is active: what is
/// asked of a channel earlier, such as to read, may be lost.
private final class ProxyConnector: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Never

    private let target: ProxyTarget

    init(_ target: ProxyTarget) { self.target = target }

    func channelActive(context: ChannelHandlerContext) {
        Self.attempt(context.channel, target.candidates()[...])
        context.fireChannelActive()
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }

    private static func attempt(_ client: any Channel, _ candidates: ArraySlice<ServiceRouting.Endpoint>) {
        guard let endpoint = candidates.first else { return client.close(promise: nil) }
        ClientBootstrap(group: client.eventLoop)
            .connectTimeout(.seconds(3))
            .channelOption(.autoRead, value: false)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .connect(host: endpoint.address, port: endpoint.port)
            .whenComplete { result in
                switch result {
                case .failure: attempt(client, candidates.dropFirst())
                case .success(let server): glue(client, server)
                }
            }
    }

    private static func glue(_ client: any Channel, _ server: any Channel) {
        let (left, right) = GlueHandler.pair()
        do {
            try client.pipeline.syncOperations.addHandler(left)
            try server.pipeline.syncOperations.addHandler(right)
            client.read()
            server.read()
        } catch {
            client.close(promise: nil)
            server.close(promise: nil)
        }
    }
}
