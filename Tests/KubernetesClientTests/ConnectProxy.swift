import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// An HTTP proxy on loopback that tunnels (`CONNECT`) to where it is asked, or refuses to, and remembers what it was
/// asked.
final class ConnectProxy: Sendable {
    let channel: any Channel
    private let heads: Heads

    private final class Heads: Sendable {
        let seen = Mutex<[String]>([])
    }

    /// - Parameter refusal: what it answers instead of a tunnel, such as `502 Bad Gateway`.
    static func start(refusal: String? = nil) async throws -> ConnectProxy {
        let heads = Heads()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Asked(heads, refusal))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return ConnectProxy(channel, heads)
    }

    private init(_ channel: any Channel, _ heads: Heads) {
        self.channel = channel
        self.heads = heads
    }

    var url: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
    /// The heads of the requests, from the `CONNECT` line on.
    var requests: [String] { heads.seen.withLock { $0 } }

    func stop() async throws { try await channel.close() }

    /// Waits for a request, then connects both sides.
    private final class Asked: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let heads: Heads
        private let refusal: String?
        private var text = ""

        init(_ heads: Heads, _ refusal: String?) {
            self.heads = heads
            self.refusal = refusal
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            guard text.hasSuffix("\r\n\r\n") else { return }
            heads.seen.withLock { [text] in $0.append(text) }
            if let refusal {
                let answer = ByteBuffer(string: "HTTP/1.1 \(refusal)\r\nContent-Length: 0\r\n\r\n")
                return context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
            }
            let target = text.split(separator: " ")[1].split(separator: ":")
            Tunnel.open(
                from: (self, context), to: (String(target[0]), Int(target[1]) ?? 0),
                saying: ByteBuffer(string: "HTTP/1.1 200 Connected\r\n\r\n"))
        }
    }
}
