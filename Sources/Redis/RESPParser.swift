/// Reads RESP2 and RESP3 replies from bytes as they come. No I/O: feed it, then take the values.
struct RESPParser {
    private var buffer: [UInt8] = []
    private var start = 0

    /// Replies longer than this are no answers to what the services ask.
    static let maximumLength = 512 << 20
    private static let maximumDepth = 32

    mutating func feed(_ bytes: some Sequence<UInt8>) {
        if start > 0, start == buffer.count {
            buffer.removeAll(keepingCapacity: true)
            start = 0
        } else if start > 65_536 {
            buffer.removeFirst(start)
            start = 0
        }
        buffer.append(contentsOf: bytes)
    }

    /// The next complete value, `nil` until more bytes have come. Throws `.protocolViolation` for what is not RESP.
    mutating func next() throws(RedisError) -> RedisValue? {
        var cursor = start
        guard let value = try parse(&cursor, 0) else { return nil }
        start = cursor
        return value
    }

    private func line(_ cursor: inout Int) throws(RedisError) -> ArraySlice<UInt8>? {
        var index = cursor
        while index + 1 < buffer.count {
            if buffer[index] == 13 {
                guard buffer[index + 1] == 10 else { throw violation("a carriage return without line feed") }
                let line = buffer[cursor..<index]
                cursor = index + 2
                return line
            }
            index += 1
        }
        return nil
    }

    private func integer(_ text: ArraySlice<UInt8>) throws(RedisError) -> Int64 {
        guard let value = Int64(String(decoding: text, as: UTF8.self)) else { throw violation("not a number") }
        return value
    }

    private func parse(_ cursor: inout Int, _ depth: Int) throws(RedisError) -> RedisValue? {
        guard depth < Self.maximumDepth else { throw violation("nested too deeply") }
        guard cursor < buffer.count else { return nil }
        let type = buffer[cursor]
        cursor += 1
        guard let line = try line(&cursor) else { return nil }
        switch type {
        case UInt8(ascii: "+"): return .bytes(Array(line))
        case UInt8(ascii: "-"): return .error(String(decoding: line, as: UTF8.self))
        case UInt8(ascii: ":"): return .integer(try integer(line))
        case UInt8(ascii: "_"): return .null
        case UInt8(ascii: "#"): return .bool(line.first == UInt8(ascii: "t"))
        case UInt8(ascii: ","), UInt8(ascii: "("):
            guard let value = Double(String(decoding: line, as: UTF8.self)) else { throw violation("not a number") }
            return .double(value)
        case UInt8(ascii: "$"), UInt8(ascii: "="), UInt8(ascii: "!"): return try bulk(type, line, &cursor)
        case UInt8(ascii: "*"), UInt8(ascii: "~"), UInt8(ascii: ">"):
            let count = try integer(line)
            if count < 0 { return .null }
            return try values(count, &cursor, depth).map { .array($0) }
        case UInt8(ascii: "%"):
            let count = try integer(line)
            guard count >= 0, count < Self.maximumLength else { throw violation("an impossible length") }
            guard let values = try values(2 * count, &cursor, depth) else { return nil }
            var map: [RedisValue: RedisValue] = [:]
            for index in stride(from: 0, to: values.count, by: 2) { map[values[index]] = values[index + 1] }
            return .map(map)
        default: throw violation("an unknown type of reply")
        }
    }

    private func bulk(
        _ type: UInt8, _ line: ArraySlice<UInt8>, _ cursor: inout Int
    ) throws(RedisError) -> RedisValue? {
        let length = try integer(line)
        if length == -1 { return .null }
        guard length >= 0, length <= Self.maximumLength else { throw violation("an impossible length") }
        let end = cursor + Int(length)
        guard end + 2 <= buffer.count else { return nil }
        guard buffer[end] == 13, buffer[end + 1] == 10 else { throw violation("a string of another length") }
        let bytes = buffer[cursor..<end]
        cursor = end + 2
        switch type {
        case UInt8(ascii: "!"): return .error(String(decoding: bytes, as: UTF8.self))
        // A verbatim string begins with its format, "txt:".
        case UInt8(ascii: "="): return .bytes(Array(bytes.dropFirst(4)))
        default: return .bytes(Array(bytes))
        }
    }

    private func values(_ count: Int64, _ cursor: inout Int, _ depth: Int) throws(RedisError) -> [RedisValue]? {
        guard count >= 0, count < Self.maximumLength else { throw violation("an impossible length") }
        var values: [RedisValue] = []
        for _ in 0..<count {
            guard let value = try parse(&cursor, depth + 1) else { return nil }
            values.append(value)
        }
        return values
    }

    private func violation(_ message: String) -> RedisError { RedisError(.protocolViolation, message) }
}
