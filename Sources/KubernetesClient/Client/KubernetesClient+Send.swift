import AsyncHTTPClient
import Logging
import Metrics
import NIOCore
import NIOHTTP1

extension KubernetesClient {
    /// The longest body of a failure that is read.
    private static let maximumStatusBytes = 1 << 20

    /// Sends a request and reads the whole answer.
    ///
    /// - Throws: ``KubernetesError/status(_:)`` for an answer of 300 and above.
    public func send(_ request: APIRequest) async throws(KubernetesError) -> APIResponse {
        try await retrying(request) { (presented) async throws(KubernetesError) in
            guard let limit = WriteLimit.current, !request.method.isReading else {
                return try await exchange(request, presented, within: configuration.requestTimeout)
            }
            return try await limit.attempt(atMost: configuration.requestTimeout) {
                (time) async throws(KubernetesError) in
                var request = request
                request.query.append(("timeout", "\(max(1, time.nanoseconds / 1_000_000))ms"))
                return try await self.exchange(request, presented, within: time)
            }
        }
    }

    /// Sends once and reads the answer, within a time.
    private func exchange(
        _ request: APIRequest, _ presented: Credentials.Presented, within time: Duration
    ) async throws(KubernetesError) -> APIResponse {
        let (response, deadline) = try await open(request, presented, http, within: time)
        let body = try await body(of: response, request, until: deadline, limit: configuration.maximumAnswerBytes)
        return APIResponse(status: Int(response.status.code), headers: response.headers, body: body)
    }

    func sendJSON(
        _ request: APIRequest, reading projection: JSONProjection = .all
    ) async throws(KubernetesError) -> JSONValue {
        try await send(request).json(reading: projection)
    }

    /// Sends a request and hands out the answer's body as it comes.
    ///
    /// - Parameter http: the connections to use, by default those without a limit on silence.
    func stream(
        _ request: APIRequest, over http: HTTPClient? = nil
    ) async throws(KubernetesError) -> HTTPClientResponse {
        try await retrying(request) { (presented) async throws(KubernetesError) in
            try await open(request, presented, http ?? self.http, within: configuration.requestTimeout).0
        }
    }

    private func retrying<Answer>(
        _ request: APIRequest,
        _ attempt: (Credentials.Presented) async throws(KubernetesError) -> Answer
    ) async throws(KubernetesError) -> Answer {
        var policy = RetryPolicy(request, configuration)
        let begin = ContinuousClock.now
        while true {
            let presented: Credentials.Presented
            do throws(KubernetesError) {
                presented = try await credentials.current()
            } catch {
                throw policy.final(error)
            }
            do throws(KubernetesError) {
                return try await attempt(presented)
            } catch {
                if error.isUnauthorized, policy.mayRenewCredentials() {
                    // A token was rotated since it was read, or has expired.
                    if await credentials.renew(after: presented) { continue }
                }
                if error.isHandshakeFailure { credentials.readAnew() }
                guard let pause = policy.pause(after: error, elapsed: .now - begin) else {
                    throw policy.final(error)
                }
                logger.debug(
                    "request failed, trying again",
                    metadata: ["request": "\(request.title)", "error": "\(error)", "pause": "\(pause)"])
                do { try await Task.sleep(for: pause) } catch { throw policy.final(.cancelled) }
            }
        }
    }

    /// Sends once and waits for the answer's head; a failure is read whole and thrown.
    private func open(
        _ request: APIRequest, _ presented: Credentials.Presented, _ http: HTTPClient, within time: Duration
    ) async throws(KubernetesError) -> (HTTPClientResponse, NIODeadline) {
        let deadline = NIODeadline.now() + .nanoseconds(time.nanoseconds)
        let response: HTTPClientResponse
        do {
            response = try await http.execute(message(request, presented), deadline: deadline, logger: nil)
        } catch {
            count(request, code: "<error>")
            throw failure(request, error)
        }
        count(request, code: String(response.status.code))
        noteWarnings(request, response.headers)
        guard response.status.code >= 300 else { return (response, deadline) }
        // A complaint that is too long, or cut, is still one: its status is worth more than its text.
        let body: [UInt8]
        do throws(KubernetesError) {
            body = try await self.body(of: response, request, until: deadline, limit: Self.maximumStatusBytes)
        } catch {
            guard !error.isCancelled else { throw error }
            body = []
        }
        throw .status(Status(response: response.status, headers: response.headers, body: body))
    }

    private func message(_ request: APIRequest, _ presented: Credentials.Presented) -> HTTPClientRequest {
        let server = ServerAddress(configuration)
        var message = HTTPClientRequest(url: request.url(server: server.url))
        message.method = request.method
        message.tlsConfiguration = presented.tls
        if let host = server.hostHeader { message.headers.add(name: "Host", value: host) }
        message.headers.add(name: "Accept", value: request.accept)
        message.headers.add(name: "User-Agent", value: configuration.userAgent)
        if let authorization = presented.authorization {
            message.headers.add(name: "Authorization", value: authorization)
        }
        configuration.addImpersonation(to: &message.headers)
        if let body = request.body {
            message.headers.add(name: "Content-Type", value: request.contentType)
            message.body = .bytes(ByteBuffer(bytes: body))
        }
        return message
    }

    /// Reads a body, until a deadline since the sender may stop in the middle of it.
    private func body(
        of response: HTTPClientResponse, _ request: APIRequest, until deadline: NIODeadline, limit: Int
    ) async throws(KubernetesError) -> [UInt8] {
        do {
            return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
                group.addTask {
                    var bytes: [UInt8] = []
                    for try await buffer in response.body {
                        guard bytes.count + buffer.readableBytes <= limit else {
                            throw KubernetesError.unexpectedAnswer("\(request.title): more than \(limit) bytes")
                        }
                        bytes.append(contentsOf: buffer.readableBytesView)
                    }
                    return bytes
                }
                group.addTask {
                    try await Task.sleep(for: .nanoseconds((deadline - .now()).nanoseconds))
                    return nil
                }
                defer { group.cancelAll() }
                guard let bytes = try await group.next() ?? nil else { throw HTTPClientError.deadlineExceeded }
                try Task.checkCancellation()
                return bytes
            }
        } catch let error as KubernetesError {
            throw error
        } catch {
            throw failure(request, error)
        }
    }

    func failure(_ request: APIRequest, _ error: any Error) -> KubernetesError {
        if Task.isCancelled || error is CancellationError { return .cancelled }
        let transport = KubernetesError.Transport(
            request: request.title, mayHaveBeenSent: !error.isFailureToConnect, underlying: error)
        return transport.mayHaveBeenSent && !request.method.isReading ? .uncertain(transport) : .transport(transport)
    }

    private func count(_ request: APIRequest, code: String) {
        Counter(
            label: "rest_client_requests_total",
            dimensions: [("code", code), ("method", request.method.rawValue)]
        ).increment()
    }
}

extension Status {
    fileprivate init(response: HTTPResponseStatus, headers: HTTPHeaders, body: [UInt8]) {
        let code = Int(response.code)
        if let json = try? JSONValue(parsing: body), let status = Status(json) {
            self = status
            if self.code == 0 { self.code = code }
        } else {
            // A proxy or an aggregated server may answer with plain text.
            let text = String(decoding: body.prefix(512), as: UTF8.self)
            self.init(
                code: code, reason: response.reasonPhrase.filter { $0 != " " },
                message: text.isEmpty ? response.reasonPhrase : text)
        }
        if retryAfterSeconds == nil {
            retryAfterSeconds = headers.first(name: "Retry-After").flatMap { RetryAfter.seconds($0, now: .now) }
        }
    }
}

extension ClientConfiguration {
    fileprivate func addImpersonation(to headers: inout HTTPHeaders) {
        guard let impersonatedUser else { return }
        headers.add(name: "Impersonate-User", value: impersonatedUser)
        if let impersonatedUID { headers.add(name: "Impersonate-Uid", value: impersonatedUID) }
        for group in impersonatedGroups { headers.add(name: "Impersonate-Group", value: group) }
        for (key, values) in impersonatedExtra {
            for value in values {
                headers.add(name: "Impersonate-Extra-\(PercentEncoding.headerName(key))", value: value)
            }
        }
    }
}

extension Duration {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
