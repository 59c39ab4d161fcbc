import NIOCore
import NIOHTTP1
import NIOPosix

/// The connections of one event loop to endpoints: idle ones are used again.
final class EdgePool {
    private let loop: any EventLoop
    private var idle: [ServiceRouting.Endpoint: [UpstreamConnection]] = [:]
    private var turn = 0
    /// Whose response has not begun, or whose request has not ended after it: for the time limits.
    private var waiting: [ObjectIdentifier: EdgeHandler] = [:]

    private static let idleLimit = 64
    /// Servers close idle connections; one of this age may be about to be.
    private static let maximumIdle = TimeAmount.seconds(10)

    init(loop: any EventLoop) { self.loop = loop }

    /// Endpoints in another order each time.
    func rotated(_ endpoints: [ServiceRouting.Endpoint]) -> [ServiceRouting.Endpoint] {
        guard endpoints.count > 1 else { return endpoints }
        turn = (turn + 1) % endpoints.count
        return Array(endpoints[turn...] + endpoints[..<turn])
    }

    /// Hands over an idle or new connection; at once or later, on the event loop.
    func acquire(
        _ endpoint: ServiceRouting.Endpoint, _ done: @escaping (Result<UpstreamConnection, any Error>) -> Void
    ) {
        let now = NIODeadline.now()
        while let connection = idle[endpoint]?.popLast() {
            if connection.isActive, now - connection.idleSince < Self.maximumIdle { return done(.success(connection)) }
            connection.close()
        }
        let bound = NIOLoopBound((self, done), eventLoop: loop)
        ClientBootstrap(group: loop)
            .connectTimeout(.seconds(3))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers()
                    try pipeline.addHandler(UpstreamConnection(endpoint: endpoint))
                }
            }
            .connect(host: endpoint.address, port: endpoint.port)
            .whenComplete { result in
                let (_, done) = bound.value
                done(
                    result.flatMap { channel in
                        Result { try channel.pipeline.syncOperations.handler(type: UpstreamConnection.self) }
                    })
            }
    }

    func release(_ connection: UpstreamConnection) {
        guard connection.isActive, idle[connection.endpoint]?.count ?? 0 < Self.idleLimit else {
            return connection.close()
        }
        connection.idleSince = .now()
        idle[connection.endpoint, default: []].append(connection)
    }

    // MARK: time limit

    func began(_ handler: EdgeHandler) { waiting[ObjectIdentifier(handler)] = handler }
    func ended(_ handler: EdgeHandler) { waiting[ObjectIdentifier(handler)] = nil }

    /// Once a second: gives up on late endpoints and endless requests, closes connections idle for too long.
    func sweep() {
        let now = NIODeadline.now()
        for handler in waiting.values { handler.checkTime(now) }
        for (endpoint, connections) in idle {
            let fresh = connections.filter { now - $0.idleSince < Self.maximumIdle && $0.isActive }
            for connection in connections where !fresh.contains(where: { $0 === connection }) { connection.close() }
            idle[endpoint] = fresh.isEmpty ? nil : fresh
        }
    }
}

/// A connection to an endpoint, serving one request after another.
final class UpstreamConnection: ChannelDuplexHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = HTTPClientRequestPart

    let endpoint: ServiceRouting.Endpoint
    var idleSince = NIODeadline.now()
    /// The request in progress.
    weak var exchange: EdgeHandler?
    private var context: ChannelHandlerContext?
    private var wantsToRead = false

    init(endpoint: ServiceRouting.Endpoint) { self.endpoint = endpoint }

    var isActive: Bool { context?.channel.isActive ?? false }
    var isWritable: Bool { context?.channel.isWritable ?? false }

    func write(_ part: HTTPClientRequestPart) { context?.write(wrapOutboundOut(part), promise: nil) }
    func flush() { context?.flush() }
    func close() { context?.close(promise: nil) }

    func resumeReading() {
        guard wantsToRead else { return }
        wantsToRead = false
        context?.read()
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let exchange else { return close() }
        exchange.received(unwrapInboundIn(data), from: self)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        exchange?.flushResponse()
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        if exchange?.canTakeResponse ?? true { context.read() } else { wantsToRead = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { exchange?.resumeReading() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        exchange?.lost(self)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
