import AsyncHTTPClient
import NIOCore
import NIOHTTP1

/// One request and its answer, with the fault that befalls them.
struct Exchange: Sendable {
    let proxy: FaultProxy
    let channel: any Channel
    let headers: HTTPHeaders
    var request: ProxiedRequest

    /// Headers of one connection, which do not go further.
    private static let hopByHop = [
        "Connection", "Keep-Alive", "Transfer-Encoding", "TE", "Upgrade", "Proxy-Connection",
    ]

    func run() async {
        do {
            try await carryOut()
        } catch {
            // The server is gone, or the client: either way there is no more to say on this connection.
            await channel.reset()
        }
    }

    private func carryOut() async throws {
        var request = request
        let fault = proxy.decide(&request)
        await proxy.passGate()
        switch fault {
        case .answer(let status, let headers, let body):
            proxy.answered(request, status)
            var headers = HTTPHeaders(headers.map { ($0.key, $0.value) })
            if !headers.contains(name: "Content-Type") { headers.add(name: "Content-Type", value: "application/json") }
            headers.replaceOrAdd(name: "Content-Length", value: String(body.utf8.count))
            try await send(status: .init(statusCode: status), headers)
            if !body.isEmpty { try await send(ByteBuffer(string: body)) }
            try await end()
            return
        case .resetBeforeSending:
            await channel.reset()
            return
        case .stall:
            try await Task.sleep(for: .seconds(86_400))
            return
        case .delay(let time): try await Task.sleep(for: time)
        default: break
        }
        // A client that is gone by now takes its request with it.
        try Task.checkCancellation()
        let response = try await forward(request)
        if case .delayAnswer(let time) = fault { try await Task.sleep(for: time) }
        if case .resetAfterUpstreamAnswered = fault {
            for try await _ in response.body {}
            proxy.answered(request, Int(response.status.code))
            await channel.reset()
            return
        }
        await proxy.passGate()
        proxy.answered(request, Int(response.status.code))
        var headers = response.headers
        for name in Self.hopByHop { headers.remove(name: name) }
        if case .rewriteLines = fault { headers.remove(name: "Content-Length") }
        try await send(status: response.status, headers)
        try await pass(response.body, fault)
    }

    private func forward(_ request: ProxiedRequest) async throws -> HTTPClientResponse {
        let query = request.query.isEmpty ? "" : "?" + request.query
        var message = HTTPClientRequest(url: proxy.upstream.url + request.path + query)
        message.method = .init(rawValue: request.method)
        message.headers = headers
        for name in Self.hopByHop + ["Host", "Content-Length"] { message.headers.remove(name: name) }
        if let token = proxy.upstream.token, !message.headers.contains(name: "Authorization") {
            message.headers.add(name: "Authorization", value: "Bearer \(token)")
        }
        if !request.body.isEmpty { message.body = .bytes(ByteBuffer(bytes: request.body)) }
        return try await proxy.http.execute(message, deadline: .distantFuture)
    }

    private func pass(_ body: HTTPClientResponse.Body, _ fault: Fault) async throws {
        switch fault {
        case .cutBody(let limit):
            try await pass(body, upTo: limit)
            await channel.reset()
        case .stallBody(let limit):
            try await pass(body, upTo: limit)
            try await Task.sleep(for: .seconds(86_400))
        case .endBody(let time):
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    do {
                        for try await chunk in body { try await send(chunk) }
                    } catch {
                        // The server's end, or ours.
                    }
                }
                group.addTask { try? await Task.sleep(for: time) }
                await group.next()
                group.cancelAll()
            }
            try await end()
        case .slowBody(let rate):
            for try await var chunk in body {
                while let piece = chunk.readSlice(length: min(max(rate / 20, 1), chunk.readableBytes)),
                    piece.readableBytes > 0
                {
                    try await send(piece)
                    try await Task.sleep(for: .seconds(1) * piece.readableBytes / max(rate, 1))
                }
            }
            try await end()
        case .rewriteLines(let rewrite):
            var rest = ByteBuffer()
            for try await chunk in body {
                rest.writeImmutableBuffer(chunk)
                while let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")),
                    let line = rest.readString(length: end - rest.readerIndex), rest.readInteger(as: UInt8.self) != nil
                {
                    if let line = rewrite(line) { try await send(ByteBuffer(string: line + "\n")) }
                }
            }
            if rest.readableBytes > 0, let line = rewrite(String(buffer: rest)) {
                try await send(ByteBuffer(string: line))
            }
            try await end()
        default:
            for try await chunk in body { try await send(chunk) }
            try await end()
        }
    }

    /// Passes so many bytes, or the whole body when it is shorter.
    private func pass(_ body: HTTPClientResponse.Body, upTo limit: Int) async throws {
        var left = limit
        guard left > 0 else { return }
        for try await var chunk in body {
            guard let part = chunk.readSlice(length: min(left, chunk.readableBytes)) else { return }
            try await send(part)
            left -= part.readableBytes
            if left <= 0 { return }
        }
    }

    private func send(status: HTTPResponseStatus, _ headers: HTTPHeaders) async throws {
        let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
        try await channel.writeAndFlush(HTTPServerResponsePart.head(head))
    }

    private func send(_ bytes: ByteBuffer) async throws {
        await proxy.passGate()
        try await channel.writeAndFlush(HTTPServerResponsePart.body(.byteBuffer(bytes)))
    }

    private func end() async throws {
        await proxy.passGate()
        try await channel.writeAndFlush(HTTPServerResponsePart.end(nil))
    }
}
