/// A resource quantity (`500m`, `1Gi`) in expressions: exact, as a number of a decimal or binary scale.
struct CELQuantity: Sendable, Hashable {
    /// The amount is `mantissa` × 10^`exponent`.
    private let mantissa: Int64
    private let exponent: Int

    private static let binary: [String: Int64] = [
        "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40, "Pi": 1 << 50, "Ei": 1 << 60,
    ]
    private static let decimal = ["n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18]

    init(_ number: Int64) { self.init(mantissa: number, exponent: 0) }

    private init(mantissa: Int64, exponent: Int) {
        var (mantissa, exponent) = (mantissa, exponent)
        while mantissa != 0, mantissa % 10 == 0 {
            mantissa /= 10
            exponent += 1
        }
        self.mantissa = mantissa
        self.exponent = mantissa == 0 ? 0 : exponent
    }

    init(_ text: String) throws(CELError) {
        let fault = CELError(
            "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")
        let number = text.prefix { "+-.0123456789".contains($0) }
        let suffix = String(text.dropFirst(number.count))
        let isNegative = number.first == "-"
        let unsigned = number.first == "-" || number.first == "+" ? number.dropFirst() : number
        let parts = unsigned.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, unsigned.contains(where: \.isNumber),
            unsigned.allSatisfy({ $0.isNumber || $0 == "." })
        else { throw fault }
        let fraction = parts.count == 2 ? String(parts[1]) : ""
        guard var mantissa = Int64(String(parts[0]) + fraction) else { throw fault }
        if isNegative { mantissa = -mantissa }
        if let factor = Self.binary[suffix] {
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: factor)
            if overflow { throw fault }
            self.init(mantissa: product, exponent: -fraction.count)
        } else if let power = Self.decimal[suffix] {
            self.init(mantissa: mantissa, exponent: power - fraction.count)
        } else if suffix.hasPrefix("e") || suffix.hasPrefix("E"), let power = Int(suffix.dropFirst()), abs(power) < 100
        {
            self.init(mantissa: mantissa, exponent: power - fraction.count)
        } else {
            throw fault
        }
    }

    /// As a whole number, where it is one.
    var integer: Int64? {
        guard exponent >= 0 else { return nil }
        var value = mantissa
        for _ in 0..<exponent {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return value
    }

    var double: Double {
        var value = Double(mantissa)
        for _ in 0..<abs(exponent) { value = exponent < 0 ? value / 10 : value * 10 }
        return value
    }

    var sign: Int64 { mantissa.signum() }

    func compared(to other: CELQuantity) -> Int {
        if let difference = try? subtracting(other) { return Int(difference.sign) }
        return double < other.double ? -1 : double == other.double ? 0 : 1
    }

    func adding(_ other: CELQuantity) throws(CELError) -> CELQuantity {
        let common = min(exponent, other.exponent)
        guard let left = scaled(to: common), let right = other.scaled(to: common) else {
            throw CELError("integer overflow")
        }
        let (sum, overflow) = left.addingReportingOverflow(right)
        if overflow { throw CELError("integer overflow") }
        return CELQuantity(mantissa: sum, exponent: common)
    }

    func subtracting(_ other: CELQuantity) throws(CELError) -> CELQuantity {
        try adding(CELQuantity(mantissa: 0 &- other.mantissa, exponent: other.exponent))
    }

    private func scaled(to common: Int) -> Int64? {
        var value = mantissa
        for _ in 0..<(exponent - common) {
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            if overflow { return nil }
            value = product
        }
        return value
    }
}

/// A version number (`1.2.3-rc.1`).
struct CELSemver: Sendable, Hashable {
    let numbers: [UInt64]
    private let prerelease: [String]
    private let build: String

    /// - Parameter lenient: whether `v1.2` and leading zeros are allowed.
    init(_ source: String, lenient: Bool = false) throws(CELError) {
        var text = source
        if lenient {
            if text.hasPrefix("v") { text.removeFirst() }
            var parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            parts = parts.map { part in
                guard part.count > 1 else { return part }
                let rest = part.drop { $0 == "0" }
                return rest.first?.isNumber == true ? String(rest) : "0" + rest
            }
            if parts.count < 3 {
                if parts[parts.count - 1].contains(where: { $0 == "+" || $0 == "-" }) {
                    throw CELError("short version cannot contain PreRelease/Build meta data")
                }
                parts += Array(repeating: "0", count: 3 - parts.count)
            }
            text = parts.joined(separator: ".")
        }
        if text.isEmpty { throw CELError("Version string empty") }
        let halves = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        let main = halves[0].split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let parts = main[0].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { throw CELError("No Major.Minor.Patch elements found") }
        var numbers: [UInt64] = []
        for (part, name) in zip(parts, ["major", "minor", "patch"]) {
            let label = name.prefix(1).uppercased() + name.dropFirst()
            guard !part.isEmpty, part.allSatisfy({ $0.isASCII && $0.isNumber }) else {
                throw CELError("Invalid character(s) found in \(name) number \(CELText.quoted(String(part)))")
            }
            if part.count > 1, part.first == "0" {
                throw CELError("\(label) number must not contain leading zeroes \(CELText.quoted(String(part)))")
            }
            guard let number = UInt64(part) else {
                throw CELError("strconv.ParseUint: parsing \(part): value out of range")
            }
            numbers.append(number)
        }
        self.numbers = numbers
        prerelease =
            main.count > 1 ? main[1].split(separator: ".", omittingEmptySubsequences: false).map(String.init) : []
        build = halves.count > 1 ? String(halves[1]) : ""
        if let bad = prerelease.first(where: {
            $0.isEmpty || $0.contains { !$0.isASCII || !$0.isLetter && !$0.isNumber && $0 != "-" }
        }) {
            throw CELError(
                bad.isEmpty
                    ? "Prerelease is empty" : "Invalid character(s) found in prerelease \(CELText.quoted(bad))")
        }
    }

    func compared(to other: CELSemver) -> Int64 {
        for (left, right) in zip(numbers, other.numbers) where left != right { return left < right ? -1 : 1 }
        if prerelease.isEmpty || other.prerelease.isEmpty {
            return prerelease.isEmpty == other.prerelease.isEmpty ? 0 : prerelease.isEmpty ? 1 : -1
        }
        for (left, right) in zip(prerelease, other.prerelease) where left != right {
            switch (UInt64(left), UInt64(right)) {
            case (let left?, let right?): if left != right { return left < right ? -1 : 1 }
            case (_?, nil): return -1
            case (nil, _?): return 1
            default: return left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
            }
        }
        let (count, otherCount) = (prerelease.count, other.prerelease.count)
        return count == otherCount ? 0 : count < otherCount ? -1 : 1
    }
}

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
            let value = parts.count > 1 ? Self.unescaped(parts[1]) : ""
            values[.string(Self.unescaped(parts[0])), default: []].append(.string(value))
        }
        return values.mapValues { .list($0) }
    }

    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "+") {
                bytes.append(32)
            } else if byte == UInt8(ascii: "%"), rest.count >= 2,
                let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
