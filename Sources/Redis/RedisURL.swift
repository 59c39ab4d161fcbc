/// `redis://[[user]:password@]host[:port][/database]`, or `rediss://` for TLS; percent-encoding as in any URL.
struct RedisURL: Sendable, Equatable {
    var host: String
    var port: Int
    var tls: Bool
    var user: String?
    var password: String?
    var database: Int

    init(_ text: String) throws(RedisError) {
        let trimmed = text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? ""
        let invalid = RedisError(.invalidURL, "not a redis:// or rediss:// URL")
        guard let separator = trimmed.firstRange(of: "://") else { throw invalid }
        switch trimmed[..<separator.lowerBound].lowercased() {
        case "redis": tls = false
        case "rediss": tls = true
        default: throw invalid
        }
        var rest = trimmed[separator.upperBound...]
        if let slash = rest.firstIndex(of: "/") {
            let path = rest[rest.index(after: slash)...].prefix { $0 != "?" && $0 != "/" }
            guard let number = path.isEmpty ? 0 : Int(path), number >= 0 else { throw invalid }
            database = number
            rest = rest[..<slash]
        } else {
            database = 0
        }
        if let at = rest.lastIndex(of: "@") {
            let login = rest[..<at]
            let colon = login.firstIndex(of: ":") ?? login.endIndex
            let name = Self.decoded(login[..<colon])
            user = name.isEmpty ? nil : name
            password = colon < login.endIndex ? Self.decoded(login[login.index(after: colon)...]) : nil
            rest = rest[rest.index(after: at)...]
        }
        if rest.hasPrefix("["), let end = rest.firstIndex(of: "]") {
            host = String(rest[rest.index(after: rest.startIndex)..<end])
            rest = rest[rest.index(after: end)...]
        } else {
            host = String(rest.prefix { $0 != ":" })
            rest = rest.dropFirst(host.count)
        }
        guard !host.isEmpty else { throw invalid }
        if rest.isEmpty {
            port = 6379
        } else {
            guard rest.hasPrefix(":"), let number = Int(rest.dropFirst()), (1...65_535).contains(number) else {
                throw invalid
            }
            port = number
        }
    }

    private static func decoded(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
