/// A request that has reached the proxy.
public struct ProxiedRequest: Sendable, Hashable {
    /// Which it is of all requests since the start or the last ``FaultProxy/clearLog()``, from 1.
    public internal(set) var number = 0
    /// Which it is of all mutating ones, from 1; `nil` for a request that only reads.
    public internal(set) var mutation: Int?
    public var method: String
    /// Without the query, percent-encoded.
    public var path: String
    /// What follows the question mark, as sent; empty when there is none.
    public var query: String
    /// By name in lower case.
    public var headers: [String: String]
    public var body: [UInt8]
    /// What was answered; `nil` while there is no answer, or when there was never any.
    public internal(set) var status: Int?

    public init(
        method: String, path: String, query: String = "", headers: [String: String] = [:], body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    public var isMutating: Bool { !["GET", "HEAD", "OPTIONS"].contains(method) }
    public var isWatch: Bool { method == "GET" && parameter("watch").map { $0 == "true" || $0 == "1" } ?? false }
    /// A GET of a collection, or of one object: whatever is no watch.
    public var isRead: Bool { !isMutating && !isWatch }

    /// The value of a query parameter, still percent-encoded.
    public func parameter(_ name: String) -> String? {
        for item in query.split(separator: "&") {
            let parts = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.first.map(String.init) == name { return parts.count == 2 ? String(parts[1]) : "" }
        }
        return nil
    }
}
