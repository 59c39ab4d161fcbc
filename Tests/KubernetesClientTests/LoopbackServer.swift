import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// What a request to the server was.
struct ReceivedRequest: Sendable {
    var method: String
    var uri: String
    var headers: [String: String]
    var body: String
}

/// What the server does with a request, step by step; each step is its own write.
enum Reply: Sendable {
    case head(Int, [String: String] = [:])
    case chunk([UInt8])
    case wait(TimeAmount)
    case end
    /// Close the connection in the middle.
    case cut

    static func text(_ text: String) -> Reply { .chunk(Array(text.utf8)) }

    static func json(_ status: Int, _ body: String, _ headers: [String: String] = [:]) -> [Reply] {
        [.head(status, headers.merging(["Content-Type": "application/json"]) { $1 }), .text(body), .end]
    }
}

/// A real HTTP/1.1 server on loopback whose answers the test gives. A request that is answered with no steps is left
/// open.
final class LoopbackServer: Sendable {
    typealias Answer = @Sendable (ReceivedRequest) -> [Reply]

    let channel: any Channel
    private let received: Received
    let scheme: String

    final class Received: Sendable {
        let requests = Mutex<[ReceivedRequest]>([])
    }

    static func start(tls: NIOSSLContext? = nil, answer: @escaping Answer) async throws -> LoopbackServer {
        let received = Received()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
                    try channel.pipeline.syncOperations.addHandler(Handler(received: received, answer: answer))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return LoopbackServer(channel: channel, received: received, scheme: tls == nil ? "http" : "https")
    }

    private init(channel: any Channel, received: Received, scheme: String) {
        self.channel = channel
        self.received = received
        self.scheme = scheme
    }

    var port: Int { channel.localAddress?.port ?? 0 }
    var url: String { "\(scheme)://127.0.0.1:\(port)" }
    var requests: [ReceivedRequest] { received.requests.withLock { $0 } }

    func stop() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let received: Received
        private let answer: Answer
        private var request: ReceivedRequest?

        init(received: Received, answer: @escaping Answer) {
            self.received = received
            self.answer = answer
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                let headers = Dictionary(
                    head.headers.map { ($0.name.lowercased(), $0.value) }, uniquingKeysWith: { "\($0), \($1)" })
                request = ReceivedRequest(method: head.method.rawValue, uri: head.uri, headers: headers, body: "")
            case .body(let buffer): request?.body += String(buffer: buffer)
            case .end:
                guard let request else { return }
                received.requests.withLock { $0.append(request) }
                play(answer(request)[...], context)
            }
        }

        private func play(_ replies: ArraySlice<Reply>, _ context: ChannelHandlerContext) {
            var replies = replies
            while let reply = replies.popFirst() {
                switch reply {
                case .head(let status, let headers):
                    let head = HTTPResponseHead(
                        version: .http1_1, status: .init(statusCode: status), headers: .init(headers.map { ($0, $1) }))
                    context.writeAndFlush(wrapOutboundOut(.head(head)), promise: nil)
                case .chunk(let bytes):
                    context.writeAndFlush(
                        wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: bytes)))), promise: nil)
                case .end: context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
                case .cut: context.close(promise: nil)
                case .wait(let time):
                    let rest = NIOLoopBound((self, replies, context), eventLoop: context.eventLoop)
                    context.eventLoop.scheduleTask(in: time) {
                        let (handler, replies, context) = rest.value
                        handler.play(replies, context)
                    }
                    return
                }
            }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
