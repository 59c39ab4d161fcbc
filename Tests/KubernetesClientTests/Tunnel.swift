import NIOCore
import NIOPosix

/// Passes on to another channel what comes from one.
final class Tunnel: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer
    private let other: any Channel

    private init(to other: any Channel) { self.other = other }

    /// Connects to a server, tells the client so, and ties the two together in place of the handler that was asked.
    static func open(
        from asked: (handler: any RemovableChannelHandler, context: ChannelHandlerContext),
        to server: (host: String, port: Int), saying answer: ByteBuffer
    ) {
        let client = asked.context.channel
        let loop = asked.context.eventLoop
        let bound = NIOLoopBound(asked, eventLoop: loop)
        ClientBootstrap(group: loop)
            .channelOption(.autoRead, value: false)
            .connect(host: server.host, port: server.port)
            .flatMap { server in
                server.pipeline.addHandler(Tunnel(to: client)).flatMap {
                    client.pipeline.addHandler(Tunnel(to: server))
                }.flatMap {
                    client.writeAndFlush(answer)
                }.flatMap {
                    let (handler, context) = bound.value
                    return context.pipeline.syncOperations.removeHandler(handler)
                }.flatMap { server.setOption(.autoRead, value: true) }
            }
            .whenFailure { _ in client.close(promise: nil) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
