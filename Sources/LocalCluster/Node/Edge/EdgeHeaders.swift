import NIOHTTP1

/// What the edge changes in messages that pass through it (RFC 9110, section 7.6).
enum EdgeHeaders {
    private static let hopByHop = [
        "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer",
        "Upgrade",
    ]

    /// The request as the endpoint gets it.
    static func forward(_ head: HTTPRequestHead, client: String) -> HTTPRequestHead {
        var headers = head.headers
        removeHopByHop(&headers)
        headers.remove(name: "Expect")
        let before = headers[canonicalForm: "X-Forwarded-For"].joined(separator: ", ")
        headers.replaceOrAdd(name: "X-Forwarded-For", value: before.isEmpty ? client : "\(before), \(client)")
        headers.replaceOrAdd(name: "X-Forwarded-Proto", value: "http")
        if let host = headers.first(name: "Host") { headers.replaceOrAdd(name: "X-Forwarded-Host", value: host) }
        if !headers.contains(name: "X-Request-ID") { headers.add(name: "X-Request-ID", value: requestID()) }
        var forwarded = head
        forwarded.version = .http1_1
        forwarded.headers = headers
        return forwarded
    }

    /// The response as the client gets it.
    static func answer(_ head: HTTPResponseHead, keepAlive: Bool) -> HTTPResponseHead {
        var answer = head
        removeHopByHop(&answer.headers)
        if !keepAlive { answer.headers.add(name: "Connection", value: "close") }
        answer.version = .http1_1
        return answer
    }

    private static func removeHopByHop(_ headers: inout HTTPHeaders) {
        for name in headers[canonicalForm: "Connection"] where name.lowercased() != "close" {
            headers.remove(name: String(name))
        }
        for name in hopByHop where headers.contains(name: name) { headers.remove(name: name) }
    }

    private static func requestID() -> String {
        var generator = SystemRandomNumberGenerator()
        func part() -> String {
            let digits = String(generator.next() as UInt64, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
        return part() + part()
    }
}
