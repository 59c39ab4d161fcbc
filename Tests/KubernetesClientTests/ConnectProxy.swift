import Foundation
import NIOCore
import Synchronization

/// An HTTP proxy on loopback that tunnels (`CONNECT`) to where it is asked, or refuses to, and remembers what it was
/// asked.
enum ConnectProxy {
    /// What it remembers are the heads of the requests, from the `CONNECT` line on.
    ///
    /// - Parameter refusal: what it answers instead of a tunnel, such as `502 Bad Gateway`.
    static func start(refusal: String? = nil) async throws -> TunnelProxy {
        try await TunnelProxy.start(scheme: "http") { Asked($0, refusal) }
    }

    /// Waits for a request, then connects both sides.
    private final class Asked: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let heads: TunnelProxy.Asked
        private let refusal: String?
        private var text = ""

        init(_ heads: TunnelProxy.Asked, _ refusal: String?) {
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
