/// The paths of all keys of a JSON text in their order (`spec.ports[0].name`); what cannot be read ends the list.
struct JSONKeyOrder {
    private(set) var paths: [String] = []
    private var rest: ArraySlice<UInt8>

    /// - Parameter text: JSON that has been read without a fault.
    init(_ text: [UInt8]) {
        rest = text[...]
        value(at: "")
    }

    private mutating func value(at path: String) {
        skipSpace()
        switch rest.first {
        case UInt8(ascii: "{"): members(at: path)
        case UInt8(ascii: "["): elements(at: path)
        case UInt8(ascii: "\""): _ = string()
        default: rest = rest.drop { !Array(",]}".utf8).contains($0) }
        }
    }

    private mutating func members(at path: String) {
        rest.removeFirst()
        while true {
            skipSpace()
            guard rest.first == UInt8(ascii: "\"") else { break }
            let name = string()
            let inner = path.isEmpty ? name : "\(path).\(name)"
            paths.append(inner)
            skipSpace()
            _ = rest.popFirst()
            value(at: inner)
            skipSpace()
            guard rest.first == UInt8(ascii: ",") else { break }
            rest.removeFirst()
        }
        _ = rest.popFirst()
    }

    private mutating func elements(at path: String) {
        rest.removeFirst()
        for index in 0... {
            skipSpace()
            if rest.isEmpty || rest.first == UInt8(ascii: "]") { break }
            value(at: "\(path)[\(index)]")
            skipSpace()
            if rest.first == UInt8(ascii: ",") { rest.removeFirst() }
        }
        _ = rest.popFirst()
    }

    private mutating func string() -> String {
        rest.removeFirst()
        var bytes: [UInt8] = []
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            bytes.append(byte == UInt8(ascii: "\\") ? rest.popFirst() ?? byte : byte)
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private mutating func skipSpace() { rest = rest.drop { $0 == 0x20 || (0x09...0x0D).contains($0) } }
}
