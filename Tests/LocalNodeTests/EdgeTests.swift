import AsyncHTTPClient
import Foundation
import KubernetesClient
import NIOCore
import NIOHTTP1
import NIOPosix
import Testing

@Suite(.serialized) struct EdgeTests {
    @Test func bodiesPassWholeAndDeadEndpointsAreSkipped() async throws {
        try await withEcho { node in
            try await publish(node, addresses: [node.address(10), node.address(9)])
            try await exercise(node, HTTPClient.shared)
        }
    }

    /// As a service refuses a body that is too long.
    @Test func anAnswerBeforeTheRequestIsWholeReachesWhoeverIsStillWriting() async throws {
        try await withEcho { node in
            try await publish(node, addresses: [node.address(9)])
            try await served(node)
            var request = HTTPClientRequest(url: "http://\(node.address(5)):8080/refused")
            request.method = .POST
            request.body = .bytes(ByteBuffer(repeating: 0, count: 2 << 20))
            for _ in 0..<50 {
                let response = try await HTTPClient.shared.execute(request, timeout: .seconds(10))
                #expect(response.status == .payloadTooLarge)
            }
            try await RawConnection.with(node.address(5), 8080) { connection in
                for more in ["", "Connection: close\r\n"] {
                    try await connection.write(
                        "POST /refused HTTP/1.1\r\nHost: shop\r\n\(more)Content-Length: 3000000\r\n\r\n")
                    try await connection.write(zeros: 1000)
                    #expect(try await connection.head()?.hasPrefix("HTTP/1.1 413 ") == true)
                    try await connection.write(zeros: 2_999_000)
                }
                #expect(try await connection.head() == nil)
            }
        }
    }

    /// By an endpoint, and by the edge itself.
    @Test func whoNeverEndsARequestThatIsAnsweredIsCutOff() async throws {
        try await withEcho { node in
            try await publish(node, addresses: [node.address(9)])
            try await served(node)
            for (path, answer) in [("/refused", "HTTP/1.1 413 "), ("/nobody", "HTTP/1.1 503 ")] {
                try await RawConnection.with(node.address(5), 8080) { connection in
                    try await connection.write(
                        "POST \(path) HTTP/1.1\r\nHost: shop\r\nContent-Length: 3000000\r\n\r\n")
                    #expect(try await connection.head()?.hasPrefix(answer) == true)
                    let answered = ContinuousClock.now
                    #expect(try await connection.head() == nil)
                    #expect(ContinuousClock.now - answered > .seconds(9))
                }
            }
        }
    }

    /// With a server at `address(9)` that echoes.
    private func withEcho(_ body: (NodeUnderTest) async throws -> Void) async throws {
        try await NodeUnderTest.withNode { node in
            let echo = try await EchoServer.start(host: node.address(9), port: 9000)
            let result: Result<Void, any Error>
            do {
                try await body(node)
                result = .success(())
            } catch {
                result = .failure(error)
            }
            try await echo.close()
            try result.get()
        }
    }

    private func served(_ node: NodeUnderTest) async throws {
        let request = HTTPClientRequest(url: "http://\(node.address(5)):8080/")
        try await node.eventually("the edge serves") {
            try await HTTPClient.shared.execute(request, timeout: .seconds(30)).status == .ok
        }
    }

    /// A Service without selector and an Ingress for it.
    private func publish(_ node: NodeUnderTest, addresses: [String]) async throws {
        var service = UntypedObject(.service, name: "echo", namespace: "default")
        service.spec = ["ports": [["port": 80]]]
        try await node.client.create(.service, service)
        var slice = UntypedObject(
            .endpointSlice, name: "echo", namespace: "default", labels: ["kubernetes.io/service-name": "echo"])
        slice.json["addressType"] = "IPv4"
        slice.json["ports"] = [["name": "", "port": 9000, "protocol": "TCP"]]
        slice.json["endpoints"] = .array(addresses.map { ["addresses": [.string($0)], "conditions": ["ready": true]] })
        try await node.client.create(.endpointSlice, slice)
        var ingress = UntypedObject(.ingress, name: "echo", namespace: "default")
        func backend(_ name: String) -> JSONValue { ["service": ["name": .string(name), "port": ["number": 80]]] }
        ingress.spec = [
            "defaultBackend": backend("echo"),
            "rules": [
                ["http": ["paths": [["path": "/nobody", "pathType": "Prefix", "backend": backend("nobody")]]]]
            ],
        ]
        try await node.client.create(.ingress, ingress)
    }

    private func exercise(_ node: NodeUnderTest, _ http: HTTPClient) async throws {
        let url = "http://\(node.address(5)):8080/"
        try await served(node)
        for index in 0..<40 {
            var request = HTTPClientRequest(url: url)
            request.method = index % 2 == 0 ? .GET : .POST
            if index % 2 == 1 { request.body = .bytes(ByteBuffer(string: "body \(index)")) }
            let response = try await http.execute(request, timeout: .seconds(30))
            #expect(response.status == .ok)
            #expect(response.headers["seen-forwarded-for"] == ["127.0.0.1"])
            #expect(response.headers.first(name: "seen-request-id")?.count == 32)
            let text = String(buffer: try await response.body.collect(upTo: 1024))
            #expect(text == (index % 2 == 1 ? "body \(index)" : ""))
        }
        let large = ByteBuffer(bytes: (0..<(8 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) })
        for _ in 0..<3 {
            var request = HTTPClientRequest(url: url)
            request.method = .POST
            request.headers.add(name: "Expect", value: "100-continue")
            request.body = .bytes(large)
            let response = try await http.execute(request, timeout: .seconds(20))
            let echoed = try await response.body.collect(upTo: 16 << 20)
            #expect(echoed == large)
        }
        var malformed = HTTPClientRequest(url: url)
        malformed.headers.add(name: "X-Request-ID", value: "given")
        let answer = try await http.execute(malformed, timeout: .seconds(30))
        #expect(answer.headers["seen-request-id"] == ["given"])
    }
}

/// Answers every request with its own body as it comes, and with what the edge added; `/refused` before its body comes.
private struct EchoServer {
    private let channel: any Channel

    static func start(host: String, port: Int) async throws -> EchoServer {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler())
                }
            }
            .bind(host: host, port: port).get()
        return EchoServer(channel: channel)
    }

    func close() async throws { try await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private var isRefused = false

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head) where head.uri == "/refused":
                isRefused = true
                let answer = HTTPResponseHead(
                    version: .http1_1, status: .payloadTooLarge, headers: ["Content-Length": "0"])
                context.write(wrapOutboundOut(.head(answer)), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .body where isRefused: break
            case .end where isRefused: isRefused = false
            case .head(let head):
                var headers = HTTPHeaders()
                for (name, shown) in [
                    ("X-Forwarded-For", "seen-forwarded-for"), ("X-Request-ID", "seen-request-id"),
                ] {
                    if let value = head.headers.first(name: name) { headers.add(name: shown, value: value) }
                }
                let answer = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
                context.write(wrapOutboundOut(.head(answer)), promise: nil)
            case .body(let buffer): context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
            case .end: context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            }
        }
    }
}
