import NIOCore
import Synchronization

/// A SOCKS proxy (RFC 1928, version 5, no authentication) on loopback that tunnels to where it is asked, or answers
/// something else, and remembers what it was asked.
enum SOCKSProxy {
    /// What it answers.
    enum Behaviour: Sendable {
        case tunnel
        /// That it accepts none of the client's ways to authenticate.
        case noMethod
        /// The request's failure, such as 5 for a refused connection.
        case failure(UInt8)
        /// As something would that is no SOCKS proxy.
        case otherProtocol
    }

    /// What it remembers is `host:port` of each request.
    static func start(_ behaviour: Behaviour = .tunnel) async throws -> TunnelProxy {
        try await TunnelProxy.start(scheme: "socks5") { Asked($0, behaviour) }
    }

    /// Waits for a greeting and a request, then connects both sides.
    private final class Asked: ChannelInboundHandler, RemovableChannelHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let targets: TunnelProxy.Asked
        private let behaviour: Behaviour
        private var received = ByteBuffer()
        private var isGreeted = false

        init(_ targets: TunnelProxy.Asked, _ behaviour: Behaviour) {
            self.targets = targets
            self.behaviour = behaviour
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received.writeImmutableBuffer(unwrapInboundIn(data))
            if !isGreeted {
                guard let count = received.getInteger(at: received.readerIndex + 1, as: UInt8.self),
                    received.readSlice(length: 2 + Int(count)) != nil
                else { return }
                isGreeted = true
                switch behaviour {
                case .otherProtocol: return say(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8), context)
                case .noMethod: return say([5, 0xFF], context)
                case .tunnel, .failure: say([5, 0], context)
                }
            }
            guard let target = target() else { return }
            targets.seen.withLock { $0.append("\(target.host):\(target.port)") }
            func answer(_ code: UInt8) -> [UInt8] { [5, code, 0, 1, 0, 0, 0, 0, 0, 0] }
            if case .failure(let code) = behaviour { return say(answer(code), context) }
            Tunnel.open(from: (self, context), to: target, saying: ByteBuffer(bytes: answer(0)))
        }

        /// The address that is asked for, once it is there: an IPv4 address or a name.
        private func target() -> (host: String, port: Int)? {
            guard let type = received.getInteger(at: received.readerIndex + 3, as: UInt8.self) else { return nil }
            var rest = received
            rest.moveReaderIndex(forwardBy: 4)
            let host =
                type == 1
                ? rest.readBytes(length: 4)?.map(String.init).joined(separator: ".")
                : rest.readInteger(as: UInt8.self).flatMap { rest.readString(length: Int($0)) }
            guard let host, let port = rest.readInteger(as: UInt16.self) else { return nil }
            return (host, Int(port))
        }

        private func say(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
        }
    }
}
