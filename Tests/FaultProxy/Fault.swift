/// What becomes of one request.
public enum Fault: Sendable {
    /// It goes to the server, and the answer comes back as it is.
    case pass
    /// The proxy answers itself; the server never sees the request.
    case answer(status: Int, headers: [String: String] = [:], body: String = "")
    /// It reaches the server late.
    case delay(Duration)
    /// It reaches the server at once and the client learns of it late.
    case delayAnswer(Duration)
    /// The connection is reset and the server never sees the request.
    case resetBeforeSending
    /// The server has carried it out, then the connection is reset: the client never learns.
    case resetAfterUpstreamAnswered
    /// Head and so many bytes of the answer's body, then a reset.
    case cutBody(afterBytes: Int)
    /// Head and so many bytes of the answer's body, then silence on an open connection.
    case stallBody(afterBytes: Int)
    /// The answer's body ends in order after this time, as a server ends a watch.
    case endBody(after: Duration)
    /// Not a byte of an answer, on an open connection; the server never sees the request.
    case stall
    /// The answer's body trickles.
    case slowBody(bytesPerSecond: Int)
    /// Each line of the answer's body is replaced, or dropped for `nil`. A body without line ends is one line, held back
    /// until it is whole.
    case rewriteLines(@Sendable (String) -> String?)

    /// A 429 or 503 as an API server answers it.
    public static func overloaded(_ status: Int = 429, retryAfter: String? = nil) -> Fault {
        .answer(
            status: status, headers: retryAfter.map { ["Retry-After": $0] } ?? [:],
            body: """
                {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"busy",\
                "reason":"\(status == 429 ? "TooManyRequests" : "ServiceUnavailable")","code":\(status)}
                """)
    }

    /// A failure with a `Status` as its body.
    public static func failure(_ status: Int, reason: String, message: String = "injected") -> Fault {
        .answer(
            status: status,
            body: """
                {"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"\(message)",\
                "reason":"\(reason)","code":\(status)}
                """)
    }

    /// A watch's events without the BOOKMARKs among them.
    public static let withoutBookmarks = rewriteLines { $0.contains(#""type":"BOOKMARK""#) ? nil : $0 }
}
