/// Text that is not JSON: what was wrong and at which byte.
public struct JSONTextError: Error, Hashable, CustomStringConvertible {
    /// What was wrong.
    public var message: String
    /// Where, counted in bytes from 0.
    public var offset: Int

    public var description: String { "\(message) at byte \(offset)" }
}

extension JSONValue {
    /// Reads one JSON document (RFC 8259).
    ///
    /// An own reader, because a Kubernetes API server must tell duplicate keys and must keep whole numbers apart from
    /// fractions, which Foundation's decoder does not show.
    ///
    /// - Parameter duplicateKey: told the path (`spec.ports[0].name`) of every key that an object has more than once;
    ///   the last value wins.
    /// - Throws: ``JSONTextError``, also for nesting deeper than 512.
    public init(parsing bytes: some Collection<UInt8>, duplicateKey: (String) -> Void = { _ in }) throws(JSONTextError)
    {
        try self.init(parsing: bytes, reading: .all, duplicateKey: duplicateKey)
    }

    /// Reads what is wanted of a document.
    init(
        parsing bytes: some Collection<UInt8>, reading projection: JSONProjection,
        duplicateKey: (String) -> Void = { _ in }
    ) throws(JSONTextError) {
        let parsed: Result<JSONValue, JSONTextError>? = bytes.withContiguousStorageIfAvailable { buffer in
            Self.parse(buffer, projection, duplicateKey)
        }
        if let parsed {
            self = try parsed.get()
        } else {
            self = try Array(bytes).withUnsafeBufferPointer { Self.parse($0, projection, duplicateKey) }.get()
        }
    }

    public init(parsing text: String, duplicateKey: (String) -> Void = { _ in }) throws(JSONTextError) {
        try self.init(parsing: Array(text.utf8), duplicateKey: duplicateKey)
    }

    /// Where in an object's text the value of one of its members stands, `nil` when it has none. Found without reading
    /// values, and what comes after it is not looked at.
    ///
    /// - Parameters:
    ///   - member: a key without characters that JSON escapes.
    ///   - text: JSON that is known to be well formed.
    /// - Returns: a range of `text`'s indices.
    package static func range(of member: String, in text: ArraySlice<UInt8>) -> Range<Int>? {
        let found = text.withUnsafeBufferPointer { buffer in
            var reader = JSONReader(bytes: buffer)
            return try? reader.range(of: member)
        }
        return found.map { text.startIndex + $0.lowerBound..<text.startIndex + $0.upperBound }
    }

    private static func parse(
        _ buffer: UnsafeBufferPointer<UInt8>, _ projection: JSONProjection, _ duplicateKey: (String) -> Void
    ) -> Result<JSONValue, JSONTextError> {
        var reader = JSONReader(bytes: buffer, projection: projection)
        do throws(JSONTextError) {
            return .success(try reader.document(duplicateKey))
        } catch {
            return .failure(error)
        }
    }

    /// The document as bytes, without white space, keys sorted.
    public func bytes() -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(256)
        write(to: &out)
        return out
    }

    /// The document as text, without white space, keys sorted.
    public func text() -> String { String(decoding: bytes(), as: UTF8.self) }

    func write(to out: inout [UInt8]) {
        switch self {
        case .null: out.append(contentsOf: "null".utf8)
        case .bool(let value): out.append(contentsOf: (value ? "true" : "false").utf8)
        case .integer(let value): out.append(contentsOf: String(value).utf8)
        case .number(let value): out.append(contentsOf: Self.numberText(value).utf8)
        case .string(let value): Self.write(value, to: &out)
        case .array(let elements):
            out.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                element.write(to: &out)
            }
            out.append(UInt8(ascii: "]"))
        case .object(let members):
            out.append(UInt8(ascii: "{"))
            for (index, member) in members.sorted(by: { $0.key < $1.key }).enumerated() {
                if index > 0 { out.append(UInt8(ascii: ",")) }
                Self.write(member.key, to: &out)
                out.append(UInt8(ascii: ":"))
                member.value.write(to: &out)
            }
            out.append(UInt8(ascii: "}"))
        }
    }

    private static func numberText(_ value: Double) -> String {
        guard value.isFinite else { return "null" }
        if let whole = Int64(exactly: value) { return String(whole) }
        return "\(value)"
    }

    private static func write(_ string: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        var string = string
        string.withUTF8 { bytes in
            var written = 0
            for index in bytes.indices where needsEscape(bytes[index]) {
                out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[written..<index]))
                writeEscaped(bytes[index], to: &out)
                written = index + 1
            }
            out.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[written...]))
        }
        out.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private static func writeEscaped(_ byte: UInt8, to out: inout [UInt8]) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): out.append(contentsOf: [UInt8(ascii: "\\"), byte])
        case 0x0A: out.append(contentsOf: "\\n".utf8)
        case 0x0D: out.append(contentsOf: "\\r".utf8)
        case 0x09: out.append(contentsOf: "\\t".utf8)
        default:
            let digits = Array("0123456789abcdef".utf8)
            out.append(contentsOf: "\\u00".utf8)
            out.append(digits[Int(byte >> 4)])
            out.append(digits[Int(byte & 15)])
        }
    }
}
