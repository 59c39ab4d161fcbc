/// A recursive-descent reader of one JSON document.
struct JSONReader {
    let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0
    private static let maximumDepth = 512
    private let projection: JSONProjection
    /// The members of the objects being read, the innermost last: a dictionary is made once their number is known.
    private var members: [(key: String, value: JSONValue)] = []
    private var names = SharedNames()

    init(bytes: UnsafeBufferPointer<UInt8>, projection: JSONProjection = .all) {
        self.bytes = bytes
        self.projection = projection
    }

    mutating func document(_ duplicateKey: (String) -> Void) throws(JSONTextError) -> JSONValue {
        let value = try value("", projection, duplicateKey)
        skipSpace()
        guard position == bytes.count else { throw unexpected("after top-level value") }
        return value
    }

    /// Where the value of an object's member stands, `nil` when there is none.
    mutating func range(of member: String) throws(JSONTextError) -> Range<Int>? {
        skipSpace()
        guard take(UInt8(ascii: "{")) else { return nil }
        repeat {
            skipSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else { return nil }
            let key = position
            try skipString()
            let isWanted = bytes[key + 1..<position - 1].elementsEqual(member.utf8)
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw unexpected("after object key") }
            skipSpace()
            let start = position
            try skipValue()
            if isWanted { return start..<position }
            skipSpace()
        } while take(UInt8(ascii: ","))
        return nil
    }

    private func error(_ message: String) -> JSONTextError { JSONTextError(message: message, offset: position) }

    /// What stands here has no place here; in Go's words, which are those of API servers.
    private func unexpected(_ place: String) -> JSONTextError {
        guard position < bytes.count else { return error("unexpected end of JSON input") }
        let shown =
            switch Unicode.Scalar(bytes[position]) {
            case "'": "\\'"
            case "\\": "\\\\"
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            case let scalar where scalar.value < 0x20 || scalar.value == 0x7F:
                "\\x" + (scalar.value < 0x10 ? "0" : "") + String(scalar.value, radix: 16)
            case let scalar: String(Character(scalar))
            }
        return error("invalid character '\(shown)' \(place)")
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func value(
        _ path: @autoclosure () -> String, _ projection: JSONProjection, _ duplicateKey: (String) -> Void
    ) throws(JSONTextError) -> JSONValue {
        skipSpace()
        guard position < bytes.count else { throw error("unexpected end of JSON input") }
        switch bytes[position] {
        case UInt8(ascii: "{"): return try object(path(), projection, duplicateKey)
        case UInt8(ascii: "["): return try array(path(), projection, duplicateKey)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        default: throw unexpected("looking for beginning of value")
        }
    }

    private mutating func object(
        _ path: @autoclosure () -> String, _ projection: JSONProjection, _ duplicateKey: (String) -> Void
    ) throws(JSONTextError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        let first = members.count
        skipSpace()
        if take(UInt8(ascii: "}")) { return .emptyObject }
        while true {
            skipSpace()
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
                throw unexpected("looking for beginning of object key string")
            }
            let key = try name()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw unexpected("after object key") }
            if let kept = projection.member(key) {
                members.append((key, try value(Self.path(path(), key), kept, duplicateKey)))
            } else {
                try skipValue()
            }
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "}")) else { throw unexpected("after object key:value pair") }
            var object: [String: JSONValue] = Dictionary(minimumCapacity: members.count - first)
            for (key, value) in members[first...] {
                if object.updateValue(value, forKey: key) != nil { duplicateKey(Self.path(path(), key)) }
            }
            members.removeSubrange(first...)
            return .object(object)
        }
    }

    /// Passes over a value without making anything of it; only brackets and quotes are looked at.
    private mutating func skipValue() throws(JSONTextError) {
        var open = 0
        skipSpace()
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): open += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                // The end of what the value stands in: a number or word came before it.
                if open == 0 { return }
                open -= 1
                if open == 0 {
                    position += 1
                    return
                }
            case UInt8(ascii: ",") where open == 0: return
            case UInt8(ascii: "\""):
                try skipString()
                if open == 0 { return }
                continue
            default: break
            }
            position += 1
        }
        throw error("unexpected end of JSON input")
    }

    private mutating func skipString() throws(JSONTextError) {
        position += 1
        while position < bytes.count {
            let byte = bytes[position]
            position += byte == UInt8(ascii: "\\") ? 2 : 1
            if byte == UInt8(ascii: "\"") { return }
        }
        throw error("unexpected end of JSON input")
    }

    private static func path(_ prefix: String, _ key: String) -> String {
        prefix.isEmpty ? key : "\(prefix).\(key)"
    }

    private mutating func array(
        _ path: @autoclosure () -> String, _ projection: JSONProjection, _ duplicateKey: (String) -> Void
    ) throws(JSONTextError) -> JSONValue {
        try enter()
        defer { depth -= 1 }
        var elements: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array(elements) }
        while true {
            elements.append(try value("\(path())[\(elements.count)]", projection, duplicateKey))
            skipSpace()
            if take(UInt8(ascii: ",")) { continue }
            guard take(UInt8(ascii: "]")) else { throw unexpected("after array element") }
            return .array(elements)
        }
    }

    private mutating func enter() throws(JSONTextError) {
        position += 1
        depth += 1
        if depth > Self.maximumDepth { throw error("exceeded max depth") }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func word(_ word: StaticString, _ value: JSONValue) throws(JSONTextError) -> JSONValue {
        let count = word.utf8CodeUnitCount
        guard bytes.count - position >= count,
            bytes[position..<position + count].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: count))
        else {
            let expected = UnsafeBufferPointer(start: word.utf8Start, count: count)
            var place = 0
            while position < bytes.count, bytes[position] == expected[place] {
                position += 1
                place += 1
            }
            let next = Unicode.Scalar(expected[place])
            throw unexpected("in literal \(word) (expecting '\(next)')")
        }
        position += count
        return value
    }

    private mutating func number() throws(JSONTextError) -> JSONValue {
        let start = position
        var isWhole = true
        _ = take(UInt8(ascii: "-"))
        let digits = position
        skipDigits()
        guard position > digits else { throw unexpected("in numeric literal") }
        // A zero ends the digits: what follows it is not of the number.
        if bytes[digits] == UInt8(ascii: "0") { position = digits + 1 }
        if take(UInt8(ascii: ".")) {
            isWhole = false
            try requireDigits("after decimal point in")
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            isWhole = false
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try requireDigits("in exponent of")
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isWhole, let integer = Int64(text) { return .integer(integer) }
        guard let number = Double(text), number.isFinite else { throw error("number out of range") }
        return .number(number)
    }

    private mutating func skipDigits() {
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
    }

    private mutating func requireDigits(_ place: String) throws(JSONTextError) {
        let start = position
        skipDigits()
        if position == start {
            throw unexpected("\(place) numeric literal")
        }
    }

    /// The key of a member; the same long one is in memory once.
    private mutating func name() throws(JSONTextError) -> String {
        let start = position + 1
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "\\"), bytes[end] >= 0x20
        {
            end += 1
        }
        guard end < bytes.count, bytes[end] == UInt8(ascii: "\"") else { return try string() }
        position = end + 1
        return names.string(UnsafeBufferPointer(rebasing: bytes[start..<end]))
    }

    private mutating func string() throws(JSONTextError) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let text = String(decoding: bytes[start..<position], as: UTF8.self)
                position += 1
                return text
            }
            if byte == UInt8(ascii: "\\") { break }
            if byte < 0x20 { throw unexpected("in string literal") }
            position += 1
        }
        var units = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
            case UInt8(ascii: "\\"): try escape(&units)
            case 0..<0x20:
                position -= 1
                throw unexpected("in string literal")
            default: units.append(byte)
            }
        }
        throw error("unexpected end of JSON input")
    }

    private mutating func escape(_ units: inout [UInt8]) throws(JSONTextError) {
        guard position < bytes.count else { throw error("unexpected end of JSON input") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(byte)
        case UInt8(ascii: "b"): units.append(0x08)
        case UInt8(ascii: "f"): units.append(0x0C)
        case UInt8(ascii: "n"): units.append(0x0A)
        case UInt8(ascii: "r"): units.append(0x0D)
        case UInt8(ascii: "t"): units.append(0x09)
        case UInt8(ascii: "u"):
            var scalar = try hexadecimal()
            if (0xD800..<0xDC00).contains(scalar) {
                let mark = position
                if take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")), let low = try? hexadecimal(),
                    (0xDC00..<0xE000).contains(low)
                {
                    scalar = 0x10000 + (scalar - 0xD800) << 10 + (low - 0xDC00)
                } else {
                    position = mark
                }
            }
            let character = Unicode.Scalar(scalar) ?? "\u{FFFD}"
            units.append(contentsOf: String(Character(character)).utf8)
        default:
            position -= 1
            throw unexpected("in string escape code")
        }
    }

    private mutating func hexadecimal() throws(JSONTextError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard position < bytes.count, let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
                throw unexpected("in \\u hexadecimal character escape")
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }
}
