/// Percent encoding of URL parts (RFC 3986).
enum PercentEncoding {
    static func pathSegment(_ text: String) -> String { encode(text) { isUnreserved($0) || isPathExtra($0) } }
    static func query(_ text: String) -> String { encode(text, isUnreserved) }

    /// What a header's name may hold, for names that are made of any text (`Impersonate-Extra-…`).
    static func headerName(_ text: String) -> String {
        encode(text) { isUnreserved($0) || "!#$&'*+^`|".utf8.contains($0) }
    }

    /// The text that was encoded; what is no escape stays as it is.
    static func decode(_ text: String) -> String {
        var out: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(Substring(rest.prefix(2))), radix: 16)
            {
                out.append(value)
                rest = rest.dropFirst(2)
            } else {
                out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// RBAC names such as `system:node` read better with their colon, which a path segment may have.
    private static func isPathExtra(_ byte: UInt8) -> Bool { byte == UInt8(ascii: ":") || byte == UInt8(ascii: "@") }

    private static func encode(_ text: String, _ isPlain: (UInt8) -> Bool) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(text.utf8.count)
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            if isPlain(byte) {
                out.append(byte)
            } else {
                out.append(UInt8(ascii: "%"))
                out.append(digits[Int(byte >> 4)])
                out.append(digits[Int(byte & 15)])
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}
