import NIOCore
import NIOHTTP1

/// One client's connection: collects a request, then lets an ``Exchange`` of it run until it is over or the client goes.
final class ProxyConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    private let proxy: FaultProxy
    private var head: HTTPRequestHead?
    private var body: [UInt8] = []
    /// The exchange in progress; the connection owns it and ends it with itself.
    private var exchange: Task<Void, Never>?

    init(_ proxy: FaultProxy) { self.proxy = proxy }

    func channelActive(context: ChannelHandlerContext) {
        proxy.opened(context.channel)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        proxy.closed(context.channel)
        exchange?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            body = []
        case .body(let buffer): body.append(contentsOf: buffer.readableBytesView)
        case .end:
            guard let head else { return }
            let exchange = Exchange(
                proxy: proxy, channel: context.channel, headers: head.headers, request: Self.request(head, body))
            // A client may send its next request when it has the whole body, a moment before the end is written.
            let previous = self.exchange
            self.exchange = Task {
                await withTaskCancellationHandler {
                    await previous?.value
                } onCancel: {
                    previous?.cancel()
                }
                await exchange.run()
            }
        }
    }

    private static func request(_ head: HTTPRequestHead, _ body: [UInt8]) -> ProxiedRequest {
        let parts = head.uri.split(separator: "?", maxSplits: 1).map(String.init)
        return ProxiedRequest(
            method: head.method.rawValue, path: parts.first ?? "/", query: parts.count == 2 ? parts[1] : "",
            headers: Dictionary(
                head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { "\($0), \($1)" }),
            body: body)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
