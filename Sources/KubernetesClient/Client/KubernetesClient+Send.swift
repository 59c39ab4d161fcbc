import AsyncHTTPClient
import Logging
import Metrics
import NIOCore
import NIOHTTP1

extension KubernetesClient {
    /// The longest body that is taken into memory.
    private static let maximumBodyBytes = 256 << 20

    /// Sends a request and reads the whole answer.
    ///
    /// - Throws: ``KubernetesError/status(_:)`` for an answer of 300 and above.
    public func send(_ request: APIRequest) async throws(KubernetesError) -> APIResponse {
        try await retrying(request) { () async throws(KubernetesError) in
            guard let limit = WriteLimit.current, !request.method.isReading else {
                return try await exchange(request, configuration.requestTimeout)
            }
            return try await limit.attempt(atMost: configuration.requestTimeout) {
                (time) async throws(KubernetesError) in
                var request = request
                request.query.append(("timeout", "\(max(1, time.nanoseconds / 1_000_000))ms"))
                return try await self.exchange(request, time)
            }
        }
    }

    /// Sends once and reads the answer, within a time.
    private func exchange(_ request: APIRequest, _ time: Duration) async throws(KubernetesError) -> APIResponse {
        let (response, deadline) = try await open(request, within: time)
        let body = try await body(of: response, request, until: deadline)
        return APIResponse(status: Int(response.status.code), headers: response.headers, body: body)
    }

    func sendJSON(_ request: APIRequest) async throws(KubernetesError) -> JSONValue {
        try await send(request).json()
    }

    /// Sends a request and hands out the answer's body as it comes.
    func stream(_ request: APIRequest) async throws(KubernetesError) -> HTTPClientResponse {
        try await retrying(request) { () async throws(KubernetesError) in
            try await open(request, within: configuration.requestTimeout).0
        }
    }

    private func retrying<Answer>(
        _ request: APIRequest, _ attempt: () async throws(KubernetesError) -> Answer
    ) async throws(KubernetesError) -> Answer {
        var backoff = Backoff(initial: .milliseconds(100), maximum: .seconds(10))
        var attempts = 1
        var hasNewToken = false
        while true {
            do throws(KubernetesError) {
                return try await attempt()
            } catch {
                if error.isUnauthorized, !hasNewToken, credentials.reload() {
                    // The token was rotated since it was read.
                    hasNewToken = true
                    continue
                }
                let pause = backoff.next()
                guard attempts < configuration.maximumAttempts, let pause = error.retryPause(request, otherwise: pause)
                else { throw error }
                attempts += 1
                logger.debug(
                    "request failed, trying again",
                    metadata: ["request": "\(request.title)", "error": "\(error)", "pause": "\(pause)"])
                do { try await Task.sleep(for: pause) } catch { throw .cancelled }
            }
        }
    }

    /// Sends once and waits for the answer's head; a failure is read whole and thrown.
    private func open(
        _ request: APIRequest, within time: Duration
    ) async throws(KubernetesError) -> (HTTPClientResponse, NIODeadline) {
        let message = try message(request)
        let deadline = NIODeadline.now() + .nanoseconds(time.nanoseconds)
        let response: HTTPClientResponse
        do {
            response = try await http.execute(message, deadline: deadline, logger: nil)
        } catch {
            count(request, code: "<error>")
            throw failure(request, error)
        }
        count(request, code: String(response.status.code))
        guard response.status.code >= 300 else { return (response, deadline) }
        let body = try await body(of: response, request, until: deadline)
        throw .status(Status(response: response.status, headers: response.headers, body: body))
    }

    private func message(_ request: APIRequest) throws(KubernetesError) -> HTTPClientRequest {
        let (token, tls) = try credentials.current()
        let server = ServerAddress(configuration)
        var message = HTTPClientRequest(url: request.url(server: server.url))
        message.method = request.method
        message.tlsConfiguration = tls
        if let host = server.hostHeader { message.headers.add(name: "Host", value: host) }
        message.headers.add(name: "Accept", value: request.accept)
        message.headers.add(name: "User-Agent", value: configuration.userAgent)
        if let token { message.headers.add(name: "Authorization", value: "Bearer \(token)") }
        if let user = configuration.impersonatedUser {
            message.headers.add(name: "Impersonate-User", value: user)
            for group in configuration.impersonatedGroups {
                message.headers.add(name: "Impersonate-Group", value: group)
            }
        }
        if let body = request.body {
            message.headers.add(name: "Content-Type", value: request.contentType)
            message.body = .bytes(ByteBuffer(bytes: body))
        }
        return message
    }

    /// Reads a body, until a deadline since the sender may stop in the middle of it.
    private func body(
        of response: HTTPClientResponse, _ request: APIRequest, until deadline: NIODeadline
    ) async throws(KubernetesError) -> [UInt8] {
        do {
            return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
                group.addTask {
                    var bytes: [UInt8] = []
                    for try await buffer in response.body {
                        guard bytes.count + buffer.readableBytes <= Self.maximumBodyBytes else {
                            throw KubernetesError.unexpectedAnswer("more than \(Self.maximumBodyBytes) bytes")
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
        return .transport(
            .init(request: request.title, mayHaveBeenSent: !error.isFailureToConnect, underlying: error))
    }

    private func count(_ request: APIRequest, code: String) {
        Counter(
            label: "rest_client_requests_total",
            dimensions: [("code", code), ("method", request.method.rawValue)]
        ).increment()
    }
}

extension KubernetesError {
    /// How long to wait before sending a request again; `nil` when it must not be.
    fileprivate func retryPause(_ request: APIRequest, otherwise pause: Duration) -> Duration? {
        switch self {
        case .status(let status):
            // A server that names a time has not acted on the request.
            guard status.code == 429 || status.code >= 500 else { return nil }
            if let seconds = status.retryAfterSeconds { return max(pause, .seconds(min(seconds, 60))) }
            return status.code == 429 || (request.isIdempotent && [502, 503, 504].contains(status.code)) ? pause : nil
        case .transport(let transport):
            return !transport.mayHaveBeenSent || request.isIdempotent ? pause : nil
        case .unexpectedAnswer, .configuration, .cancelled: return nil
        }
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
        if retryAfterSeconds == nil { retryAfterSeconds = headers.first(name: "Retry-After").flatMap { Int($0) } }
    }
}

extension Duration {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
