/// A URL as requests write it: absolute, or a path from the root.
struct CELURL: Sendable, Hashable {
    let text: String
    let scheme: String
    let host: String
    let path: String
    let query: String

    init?(_ source: String) {
        var rest = source[...]
        guard !source.isEmpty, !source.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
            return nil
        }
        let name = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0)) }
        let hasScheme = name.first?.isLetter == true && rest.dropFirst(name.count).first == ":"
        if hasScheme {
            rest = rest.dropFirst(name.count + 1)
        } else if !rest.hasPrefix("/") {
            return nil
        }
        scheme = hasScheme ? name.lowercased() : ""
        query = rest.firstIndex(of: "?").map { String(rest[rest.index(after: $0)...]) } ?? ""
        rest = rest.prefix { $0 != "?" }
        if rest.hasPrefix("//"), hasScheme {
            let authority = rest.dropFirst(2).prefix { $0 != "/" }
            rest = rest.dropFirst(2 + authority.count)
            let hostPart = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
            guard !hostPart.contains(where: { $0 == " " || $0 == "<" || $0 == ">" || $0 == "\"" }) else { return nil }
            host = String(hostPart)
            let port = Self.port(host)
            guard port.allSatisfy({ $0.isASCII && $0.isNumber }) else { return nil }
        } else {
            host = ""
        }
        guard Self.hasGoodEscapes(rest) else { return nil }
        path = String(rest)
        text = source
    }

    private static func hasGoodEscapes(_ text: Substring) -> Bool {
        var rest = text
        while let mark = rest.firstIndex(of: "%") {
            let digits = rest[rest.index(after: mark)...].prefix(2)
            guard digits.count == 2, digits.allSatisfy(\.isHexDigit) else { return false }
            rest = rest[rest.index(after: mark)...]
        }
        return true
    }

    private static func port(_ host: String) -> String {
        let end = host.hasPrefix("[") ? host.firstIndex(of: "]") ?? host.startIndex : host.startIndex
        guard let colon = host[end...].lastIndex(of: ":") else { return "" }
        return String(host[host.index(after: colon)...])
    }

    var port: String { Self.port(host) }

    var hostname: String {
        var name = host[...]
        if !port.isEmpty { name = name.dropLast(port.count + 1) } else if name.hasSuffix(":") { name = name.dropLast() }
        if name.hasPrefix("["), name.hasSuffix("]") { name = name.dropFirst().dropLast() }
        return String(name)
    }

    /// The path with everything escaped that must be.
    var escapedPath: String {
        let plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~!$&'()*+,;=:@/%[]"
        let hex = Array("0123456789ABCDEF")
        return path.utf8.map { byte in
            let character = Character(Unicode.Scalar(byte))
            return plain.contains(character) ? String(character) : "%\(hex[Int(byte >> 4)])\(hex[Int(byte & 15)])"
        }.joined()
    }

    var parameters: [CELValue: CELValue] {
        var values: [CELValue: [CELValue]] = [:]
        for pair in query.split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1].percentDecoded(plusIsSpace: true) : ""
            values[.string(parts[0].percentDecoded(plusIsSpace: true)), default: []].append(.string(value))
        }
        return values.mapValues { .list($0) }
    }
}
