import AsyncHTTPClient
import NIOCore
import NIOPosix
import Testing

@testable import LocalNode

/// What probes make of the answers, and of none.
@Suite struct ProbeTests {
    /// Answers every gRPC call with a health status, as an HTTP/2 server would.
    private func withHealthServer(_ status: UInt8, _ body: (Int) async throws -> Void) async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(HealthAnswer(status))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let result: Result<Void, any Error>
        do {
            try await body(channel.localAddress?.port ?? 0)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        try await channel.close()
        try result.get()
    }

    private final class HealthAnswer: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let status: UInt8
        private var seen = 0

        init(_ status: UInt8) { self.status = status }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data).readableBytesView
            seen += bytes.count
            // The preface has 24 bytes; the call follows in the same write.
            guard seen > 100, bytes.starts(with: Array("PRI * HTTP/2.0".utf8)) else { return }
            let frames: [[UInt8]] = [
                [0, 0, 0, 4, 0, 0, 0, 0, 0],  // SETTINGS
                [0, 0, 1, 1, 4, 0, 0, 0, 1, 0x88],  // HEADERS: status 200
                [0, 0, 7, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0x08, status],  // DATA
                [0, 0, 1, 1, 5, 0, 0, 0, 1, 0x88],  // the trailers end the stream
            ]
            // In pieces, as networks do it.
            for piece in frames.joined().map({ [$0] }) {
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: piece)), promise: nil)
            }
        }
    }

    private func check(_ port: Int) async -> String? {
        await GRPCHealthCheck.run(host: "127.0.0.1", port: port, service: "shop", timeout: .seconds(5))
    }

    @Test func aServingServiceIsHealthy() async throws {
        try await withHealthServer(1) { #expect(await check($0) == nil) }
    }

    @Test func anotherIsNot() async throws {
        try await withHealthServer(2) {
            #expect(await check($0) == "service unhealthy (responded with \"NOT_SERVING\")")
        }
    }

    @Test func nobodyIsToldInTheKubeletsWords() async throws {
        var port = 0
        try await withHealthServer(1) { port = $0 }
        let http = ProbeRunner.makeHTTPClient()
        let runner = ProbeRunner(http: http)
        func outcome(_ action: ProbeAction) async -> ProbeRunner.Outcome {
            await runner.run(action, address: "127.0.0.1", timeout: .seconds(2), in: nil)
        }
        #expect(
            await outcome(.tcp(host: nil, port: port))
                == .failure(
                    "dial tcp 127.0.0.1:\(port): connect: connection refused"))
        #expect(
            await outcome(.http(scheme: "http", host: nil, port: port, path: "/", headers: []))
                == .failure(
                    "Get \"http://127.0.0.1:\(port)/\": dial tcp 127.0.0.1:\(port): connect: connection refused"))
        #expect(
            await outcome(.grpc(port: port, service: ""))
                == .failure(
                    "timeout: failed to connect service \"127.0.0.1:\(port)\" within 2s"))
        try await http.shutdown()
    }
}
