import KubernetesClient
import NIOCore
import NIOHTTP1

/// One client connection of the edge: finds the endpoint for each request and passes both messages through.
///
/// Raw handlers on the client's event loop, no task a request: this is the path of every request of the cluster.
final class EdgeHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let table: RoutingTable
    private let pool: EdgePool
    private var context: ChannelHandlerContext?
    private var request: EdgeRequest?
    private var wantsToRead = false
    /// Since when the rest of a request that was already answered is read and thrown away: a client that is still writing
    /// when its connection is closed loses the answer.
    private var discardingSince: NIODeadline?
    private var closesAfterDiscarding = false

    private static let repeatableBody = 64 << 10
    private static let maximumAttempts = 12
    private static let retryPause = TimeAmount.milliseconds(50)
    private static let answerTime = TimeAmount.seconds(60)
    private static let discardingTime = TimeAmount.seconds(10)

    init(table: RoutingTable, pool: EdgePool) {
        self.table = table
        self.pool = pool
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: the request

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): begin(head)
        case .body(let buffer): body(buffer)
        case .end: end()
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        request?.connection?.flush()
        context.fireChannelReadComplete()
    }

    private func begin(_ head: HTTPRequestHead) {
        guard let context else { return }
        let path = head.uri.prefix { $0 != "?" }
        let routing = table.current
        guard let backend = routing.ingresses.backend(host: head.headers.first(name: "Host") ?? "", path: path) else {
            return refuse(head, .notFound, "no Ingress serves \(path) of this host")
        }
        let client = context.channel.remoteAddress?.ipAddress ?? "127.0.0.1"
        let request = EdgeRequest(
            head: head, forwarded: EdgeHeaders.forward(head, client: client), backend: backend,
            candidates: pool.rotated(Self.candidates(backend, routing.services)))
        guard !request.candidates.isEmpty else {
            return refuse(
                head, .serviceUnavailable, "Service \(backend.service.name) has no endpoint that is ready")
        }
        self.request = request
        pool.began(self)
        if head.headers.first(name: "Expect")?.lowercased() == "100-continue" {
            let answer = HTTPResponseHead(version: .http1_1, status: .continue)
            context.writeAndFlush(wrapOutboundOut(.head(answer)), promise: nil)
        }
        attempt()
    }

    private static func candidates(
        _ backend: IngressRouting.Backend, _ services: ServiceRouting
    ) -> [ServiceRouting.Endpoint] {
        services.services[backend.service]?.port(named: backend.portName, number: backend.portNumber)?.candidates ?? []
    }

    private func body(_ buffer: ByteBuffer) {
        guard request != nil else { return }
        request?.bodyBytes += buffer.readableBytes
        if let count = request?.bodyBytes, count > Self.repeatableBody, request?.isSent == true {
            request?.isTooLongToRepeat = true
            request?.body = []
        }
        if request?.isTooLongToRepeat == false { request?.body.append(buffer) }
        if request?.isSent == true { request?.connection?.write(.body(.byteBuffer(buffer))) }
    }

    private func end() {
        if discardingSince != nil {
            discardingSince = nil
            pool.ended(self)
            if closesAfterDiscarding { context?.close(promise: nil) }
            return
        }
        request?.hasAll = true
        guard let connection = request?.connection, request?.isSent == true else { return }
        connection.write(.end(nil))
        connection.flush()
    }

    // MARK: finding an endpoint

    private func attempt() {
        guard var current = request, let loop = context?.eventLoop else { return }
        current.attempts += 1
        guard current.attempts <= Self.maximumAttempts else {
            return refuse(current.head, .badGateway, "no endpoint of Service \(current.backend.service.name) answers")
        }
        guard !current.candidates.isEmpty else {
            // All were tried; pods that roll are replaced within moments.
            current.candidates = pool.rotated(Self.candidates(current.backend, table.current.services))
            request = current
            let me = NIOLoopBound(self, eventLoop: loop)
            loop.scheduleTask(in: Self.retryPause) { me.value.attempt() }
            return
        }
        let endpoint = current.candidates.removeFirst()
        request = current
        pool.acquire(endpoint) { result in
            guard self.request != nil, self.context != nil else {
                if case .success(let connection) = result { self.pool.release(connection) }
                return
            }
            switch result {
            case .failure: self.attempt()
            case .success(let connection): self.send(connection)
            }
        }
    }

    private func send(_ connection: UpstreamConnection) {
        guard var current = request else { return }
        connection.exchange = self
        current.connection = connection
        current.isSent = true
        request = current
        connection.write(.head(current.forwarded))
        for buffer in current.body { connection.write(.body(.byteBuffer(buffer))) }
        if current.hasAll { connection.write(.end(nil)) }
        connection.flush()
        resumeReading()
    }

    /// The endpoint's connection is gone.
    func lost(_ connection: UpstreamConnection) {
        guard let current = request, current.connection === connection else { return }
        request?.connection = nil
        if current.hasAnswer {
            // The client must not take half an answer for a whole one.
            finish()
            context?.close(promise: nil)
        } else if current.isRepeatable {
            request?.isSent = false
            attempt()
        } else {
            refuse(
                current.head, .badGateway,
                "an endpoint of Service \(current.backend.service.name) closed the connection without an answer")
        }
    }

    func checkTime(_ now: NIODeadline) {
        if let discardingSince, now - discardingSince > Self.discardingTime {
            context?.close(promise: nil)
            return
        }
        guard let current = request, !current.hasAnswer, now - current.since > Self.answerTime else { return }
        let connection = current.connection
        request?.connection = nil
        connection?.exchange = nil
        connection?.close()
        refuse(current.head, .gatewayTimeout, "Service \(current.backend.service.name) did not answer in time")
    }

    // MARK: the response

    func received(_ part: HTTPClientResponsePart, from connection: UpstreamConnection) {
        guard let context, let current = request, current.connection === connection else { return connection.close() }
        switch part {
        case .head(let head):
            request?.hasAnswer = true
            request?.keepsUpstream = head.isKeepAlive
            request?.body = []
            pool.ended(self)
            let answer = EdgeHeaders.answer(head, keepAlive: current.head.isKeepAlive)
            context.write(wrapOutboundOut(.head(answer)), promise: nil)
        case .body(let buffer): context.write(wrapOutboundOut(.body(.byteBuffer(buffer))), promise: nil)
        case .end(let trailers):
            let isReusable = current.keepsUpstream && current.hasAll
            finish()
            connection.exchange = nil
            if isReusable { pool.release(connection) } else { connection.close() }
            end(trailers, of: current.head, hasAll: current.hasAll)
        }
    }

    func flushResponse() { context?.flush() }

    var canTakeResponse: Bool { context?.channel.isWritable ?? false }

    /// Answers in the edge's own name.
    private func refuse(_ head: HTTPRequestHead, _ status: HTTPResponseStatus, _ detail: String) {
        guard let context else { return }
        let hasAll = request?.hasAll ?? false
        finish()
        let problem = Problem.json(status: Int(status.code), title: status.reasonPhrase, detail: detail)
        var headers = HTTPHeaders([
            ("Content-Type", "application/problem+json"), ("Content-Length", "\(problem.utf8.count)"),
        ])
        if status == .serviceUnavailable { headers.add(name: "Retry-After", value: "1") }
        if !head.isKeepAlive { headers.add(name: "Connection", value: "close") }
        context.write(
            wrapOutboundOut(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers))), promise: nil)
        if head.method != .HEAD {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: problem)))), promise: nil)
        }
        end(nil, of: head, hasAll: hasAll)
    }

    /// Ends the answer to `head`, of whose request all has come or the rest is thrown away.
    private func end(_ trailers: HTTPHeaders?, of head: HTTPRequestHead, hasAll: Bool) {
        guard let context else { return }
        if !hasAll {
            discardingSince = .now()
            closesAfterDiscarding = !head.isKeepAlive
            pool.began(self)
        }
        let written = context.writeAndFlush(wrapOutboundOut(.end(trailers)))
        if hasAll && !head.isKeepAlive {
            let channel = context.channel
            written.whenComplete { _ in channel.close(promise: nil) }
        }
        resumeReading()
    }

    private func finish() {
        pool.ended(self)
        request = nil
    }

    // MARK: back-pressure

    func read(context: ChannelHandlerContext) {
        let isBlocked: Bool
        if let request, !request.hasAll {
            isBlocked =
                request.isSent
                ? request.connection?.isWritable == false : request.bodyBytes > Self.repeatableBody
        } else {
            isBlocked = false
        }
        if isBlocked { wantsToRead = true } else { context.read() }
    }

    func resumeReading() {
        guard wantsToRead else { return }
        wantsToRead = false
        context?.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { request?.connection?.resumeReading() }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        // The client has gone: nobody wants the answer.
        let connection = request?.connection
        finish()
        connection?.exchange = nil
        connection?.close()
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
