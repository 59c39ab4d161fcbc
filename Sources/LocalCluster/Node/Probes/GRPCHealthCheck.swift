import NIOCore
import NIOPosix

/// The gRPC health check (`grpc.health.v1.Health/Check`): one call on one plain HTTP/2 connection, and as much of
/// HTTP/2 (RFC 9113) as that takes. Headers are sent as literals and those of the answer are not looked into.
final class GRPCHealthCheck: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// - Returns: `nil` when the server says it serves, else why not, in the kubelet's words.
    static func run(host: String, port: Int, service: String, timeout: TimeAmount) async -> String? {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let answer = loop.makePromise(of: Int?.self)
        let authority = "\(host):\(port)"
        do {
            let channel = try await ClientBootstrap(group: loop).connectTimeout(timeout)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(
                            GRPCHealthCheck(authority: authority, service: service, answer: answer))
                    }
                }
                .connect(host: host, port: port).get()
            let timer = loop.scheduleTask(in: timeout) { channel.close(promise: nil) }
            let status = try await answer.futureResult.get()
            timer.cancel()
            channel.close(promise: nil)
            switch status {
            case 1: return nil
            case .some(let status):
                let name = [0: "UNKNOWN", 2: "NOT_SERVING", 3: "SERVICE_UNKNOWN"][status] ?? "\(status)"
                return "service unhealthy (responded with \"\(name)\")"
            case nil: return "error: health rpc probe failed"
            }
        } catch {
            answer.succeed(nil)
            return "timeout: failed to connect service \"\(authority)\" within \(timeout.nanoseconds / 1_000_000_000)s"
        }
    }

    private enum Frame {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let endStream: UInt8 = 1
        static let acknowledgement: UInt8 = 1
        static let endHeaders: UInt8 = 4
        static let padded: UInt8 = 8
    }

    private let authority: String
    private let service: String
    private let answer: EventLoopPromise<Int?>
    private var received = ByteBuffer()
    private var message = ByteBuffer()

    private init(authority: String, service: String, answer: EventLoopPromise<Int?>) {
        self.authority = authority
        self.service = service
        self.answer = answer
    }

    func channelActive(context: ChannelHandlerContext) {
        var out = ByteBuffer(string: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        Self.write(Frame.settings, 0, stream: 0, [], to: &out)
        var headers: [UInt8] = []
        for (name, value) in [
            (":method", "POST"), (":scheme", "http"), (":path", "/grpc.health.v1.Health/Check"),
            (":authority", authority), ("content-type", "application/grpc"), ("te", "trailers"),
            ("user-agent", "kube-probe/1.36"),
        ] {
            // A literal that is not indexed, with a new name; lengths below 127 are one byte.
            headers.append(0)
            for text in [name, value] { headers += [UInt8(text.utf8.count)] + text.utf8 }
        }
        Self.write(Frame.headers, Frame.endHeaders, stream: 1, headers, to: &out)
        let name = Array(service.utf8.prefix(127))
        let request = name.isEmpty ? [] : [0x0A, UInt8(name.count)] + name
        Self.write(
            Frame.data, Frame.endStream, stream: 1, [0, 0, 0, 0, UInt8(request.count)] + request, to: &out)
        context.writeAndFlush(wrapOutboundOut(out), promise: nil)
    }

    private static func write(
        _ type: UInt8, _ flags: UInt8, stream: UInt32, _ payload: [UInt8], to out: inout ByteBuffer
    ) {
        out.writeBytes([0, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF), type, flags])
        out.writeInteger(stream)
        out.writeBytes(payload)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        received.writeBuffer(&bytes)
        while received.readableBytes >= 9,
            let length = received.getBytes(at: received.readerIndex, length: 3)?.reduce(0, { $0 << 8 | Int($1) }),
            received.readableBytes >= 9 + length
        {
            received.moveReaderIndex(forwardBy: 3)
            guard let type: UInt8 = received.readInteger(), let flags: UInt8 = received.readInteger(),
                received.readInteger(as: UInt32.self) != nil, var payload = received.readSlice(length: length)
            else { return }
            handle(type, flags, &payload, context)
        }
    }

    private func handle(_ type: UInt8, _ flags: UInt8, _ payload: inout ByteBuffer, _ context: ChannelHandlerContext) {
        switch type {
        case Frame.settings, Frame.ping:
            guard flags & Frame.acknowledgement == 0 else { return }
            var out = ByteBuffer()
            let echo = type == Frame.ping ? Array(payload.readableBytesView) : []
            Self.write(type, Frame.acknowledgement, stream: 0, echo, to: &out)
            context.writeAndFlush(wrapOutboundOut(out), promise: nil)
        case Frame.data:
            if flags & Frame.padded != 0, let padding: UInt8 = payload.readInteger() {
                payload = payload.readSlice(length: max(0, payload.readableBytes - Int(padding))) ?? ByteBuffer()
            }
            message.writeBuffer(&payload)
            if flags & Frame.endStream != 0 { finish() }
        case Frame.headers where flags & Frame.endStream != 0, Frame.reset, Frame.goAway: finish()
        default: break
        }
    }

    /// A message has a byte that says whether it is compressed, its length and `HealthCheckResponse { status = 1 }`.
    private func finish() {
        let bytes = Array(message.readableBytesView.dropFirst(5))
        if message.readableBytes < 5 { return answer.succeed(nil) }
        answer.succeed(bytes.count >= 2 && bytes[0] == 0x08 ? Int(bytes[1]) : 0)
    }

    func channelInactive(context: ChannelHandlerContext) { answer.succeed(nil) }
}
