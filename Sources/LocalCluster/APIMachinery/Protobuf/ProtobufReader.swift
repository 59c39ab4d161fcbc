/// The wire format of protocol buffers: a sequence of numbered fields.
struct ProtobufReader {
    struct Fault: Error {
        var message: String
    }

    enum Content {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        case bytes(ArraySlice<UInt8>)
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    /// The next field; `nil` at the end.
    mutating func next() throws(Fault) -> (number: Int, content: Content)? {
        if rest.isEmpty { return nil }
        let key = try varint()
        guard key >> 3 > 0, let number = Int(exactly: key >> 3) else { throw Fault(message: "illegal tag") }
        switch key & 7 {
        case 0: return (number, .varint(try varint()))
        case 1: return (number, .fixed64(try fixed(8)))
        case 2:
            guard let count = Int(exactly: try varint()) else { throw Fault(message: "invalid length") }
            return (number, .bytes(try take(count)))
        case 5: return (number, .fixed32(UInt32(truncatingIfNeeded: try fixed(4))))
        default: throw Fault(message: "illegal wireType \(key & 7)")
        }
    }

    mutating func varint() throws(Fault) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: 0, to: 64, by: 7) {
            guard let byte = rest.popFirst() else { throw Fault(message: "unexpected EOF") }
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            if byte < 0x80 { return value }
        }
        throw Fault(message: "integer overflow")
    }

    var isAtEnd: Bool { rest.isEmpty }

    private mutating func fixed(_ count: Int) throws(Fault) -> UInt64 {
        try take(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func take(_ count: Int) throws(Fault) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw Fault(message: "unexpected EOF") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }
}
