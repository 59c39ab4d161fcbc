import NIOCore
import NIOPosix
import Synchronization

/// Stands between a client and PostgreSQL and cuts every connection at the n-th statement.
final class StatementCutter: Sendable {
    enum Decision { case pass, cutBefore, cutAfter }

    private struct State {
        var statements = 0
        var isCut = false
        var listener: (any Channel)?
    }

    private let number: Int
    private let last: Last
    private let state = Mutex(State())

    init(at number: Int, _ last: Last) {
        self.number = number
        self.last = last
    }

    var isCut: Bool { state.withLock { $0.isCut } }

    /// Listens on a port of loopback.
    func start(upstream: Int) async throws -> Int {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                guard !self.isCut else { return client.close() }
                return ClientBootstrap(group: client.eventLoop)
                    .channelInitializer { server in
                        server.eventLoop.makeCompletedFuture {
                            try server.pipeline.syncOperations.addHandler(Answers(cutter: self, client: client))
                        }
                    }
                    .connect(host: "127.0.0.1", port: upstream)
                    .flatMapThrowing { server in
                        try client.pipeline.syncOperations.addHandler(Statements(cutter: self, server: server))
                    }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        state.withLock { $0.listener = listener }
        return listener.localAddress?.port ?? 0
    }

    func stop() async throws { try await state.withLock { $0.listener }?.close() }

    /// What becomes of a message from the client: `Q` is a statement of its own, `E` one of a batch.
    fileprivate func decide(_ type: UInt8) -> Decision {
        state.withLock { state in
            guard !state.isCut else { return .cutBefore }
            guard type == UInt8(ascii: "Q") || type == UInt8(ascii: "E") else { return .pass }
            state.statements += 1
            guard state.statements == number else { return .pass }
            state.isCut = true
            return last == .lands ? .cutAfter : .cutBefore
        }
    }
}

/// Messages of the client: a type and a length, but for the first, which has no type (PostgreSQL's protocol, "Message
/// Formats").
private final class Statements: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let cutter: StatementCutter
    private let server: any Channel
    private var buffer = ByteBuffer()
    private var isStarted = false
    private var isLast = false

    init(cutter: StatementCutter, server: any Channel) {
        self.cutter = cutter
        self.server = server
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        buffer.writeBuffer(&bytes)
        while let (type, message) = next() {
            switch isLast ? .pass : type.map(cutter.decide) ?? .pass {
            case .pass: server.write(message, promise: nil)
            case .cutAfter:
                isLast = true
                server.write(message, promise: nil)
            case .cutBefore:
                server.close(promise: nil)
                context.close(promise: nil)
                return
            }
        }
        server.flush()
    }

    private func next() -> (UInt8?, ByteBuffer)? {
        let offset = isStarted ? 1 : 0
        guard
            let length: UInt32 = buffer.getInteger(at: buffer.readerIndex + offset),
            let message = buffer.readSlice(length: offset + Int(length))
        else { return nil }
        defer { isStarted = true }
        return (isStarted ? message.getInteger(at: message.readerIndex) : nil, message)
    }

    func channelInactive(context: ChannelHandlerContext) { server.close(promise: nil) }
}

/// Answers of the server; none gets through once the last statement was sent.
private final class Answers: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let cutter: StatementCutter
    private let client: any Channel

    init(cutter: StatementCutter, client: any Channel) {
        self.cutter = cutter
        self.client = client
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !cutter.isCut else {
            client.close(promise: nil)
            context.close(promise: nil)
            return
        }
        client.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { client.close(promise: nil) }
}
