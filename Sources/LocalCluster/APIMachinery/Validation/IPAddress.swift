/// An IPv4 or IPv6 address.
struct IPAddress: Hashable, Sendable {
    /// 4 or 16 bytes.
    let bytes: [UInt8]

    var isIPv4: Bool { bytes.count == 4 }
    /// An IPv6 address that stands for an IPv4 one (`::ffff:10.0.0.1`).
    var isMappedIPv4: Bool { bytes.count == 16 && bytes[..<10].allSatisfy { $0 == 0 } && bytes[10...11] == [255, 255] }

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// - Parameter leadingZeros: whether `010.0.0.1` is an address (each part decimal).
    init?(_ text: String, leadingZeros: Bool = false) {
        guard let bytes = text.contains(":") ? Self.ipv6(text[...]) : Self.ipv4(text[...], leadingZeros) else {
            return nil
        }
        self.bytes = bytes
    }

    private static func ipv4(_ text: Substring, _ leadingZeros: Bool) -> [UInt8]? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let bytes = parts.compactMap { part -> UInt8? in
            guard !part.isEmpty, part.utf8.allSatisfy({ (48...57).contains($0) }),
                leadingZeros || part.count == 1 || part.first != "0"
            else { return nil }
            return UInt8(part)
        }
        return parts.count == 4 && bytes.count == 4 ? bytes : nil
    }

    private static func ipv6(_ text: Substring) -> [UInt8]? {
        guard let gap = text.firstRange(of: "::") else {
            let bytes = groups(text)
            return bytes?.count == 16 ? bytes : nil
        }
        guard let head = groups(text[..<gap.lowerBound]), let tail = groups(text[gap.upperBound...]),
            head.count + tail.count <= 14
        else { return nil }
        return head + Array(repeating: 0, count: 16 - head.count - tail.count) + tail
    }

    private static func groups(_ text: Substring) -> [UInt8]? {
        if text.isEmpty { return [] }
        var bytes: [UInt8] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if index == parts.count - 1, part.contains(".") {
                guard let last = ipv4(part, false) else { return nil }
                bytes += last
            } else {
                guard (1...4).contains(part.utf8.count), part.allSatisfy({ $0.isASCII && $0.isHexDigit }),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                bytes += [UInt8(group >> 8), UInt8(group & 255)]
            }
        }
        return bytes
    }

    /// The canonical text (RFC 5952).
    var text: String {
        if isIPv4 { return bytes.map(String.init).joined(separator: ".") }
        if isMappedIPv4 { return "::ffff:" + bytes[12...].map(String.init).joined(separator: ".") }
        let groups = stride(from: 0, to: 16, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
        var gap = 0..<0
        var start = 0
        while start < 8 {
            let end = groups[start...].firstIndex { $0 != 0 } ?? 8
            if end - start > max(1, gap.count) { gap = start..<end }
            start = end + 1
        }
        func joined(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        return gap.isEmpty
            ? joined(groups[...]) : joined(groups[..<gap.lowerBound]) + "::" + joined(groups[gap.upperBound...])
    }

    /// Only the first `length` bits.
    func masked(_ length: Int) -> IPAddress {
        IPAddress(
            bytes: bytes.enumerated().map { index, byte in
                let bits = length - index * 8
                return bits >= 8 ? byte : bits <= 0 ? 0 : byte & ~(0xFF >> UInt8(bits))
            })
    }
}

/// An address block (`10.0.0.0/8`).
struct IPBlock: Hashable, Sendable {
    let address: IPAddress
    let length: Int

    init(address: IPAddress, length: Int) {
        self.address = address
        self.length = length
    }

    init?(_ text: String, leadingZeros: Bool = false) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(String(parts[0]), leadingZeros: leadingZeros),
            parts[1].utf8.allSatisfy({ (48...57).contains($0) }), let length = Int(parts[1]),
            length <= address.bytes.count * 8
        else { return nil }
        self.init(address: address, length: length)
    }

    var text: String { "\(address.text)/\(length)" }

    func contains(_ other: IPAddress) -> Bool {
        other.isIPv4 == address.isIPv4 && other.masked(length) == address.masked(length)
    }
}
