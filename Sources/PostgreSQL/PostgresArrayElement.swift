#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

/// What an array parameter or column can hold. `[UInt8]` is a `bytea`, everything else a one-dimensional array without
/// NULLs.
public protocol PostgresArrayElement {
    static func postgresArray(_ array: [Self]) -> PostgresValue
    static func postgresArray(_ text: ArraySlice<UInt8>) -> [Self]?
}

extension PostgresArrayElement where Self: PostgresEncodable & PostgresDecodable {
    public static func postgresArray(_ array: [Self]) -> PostgresValue {
        var text = "{"
        for (index, element) in array.enumerated() {
            if index > 0 { text += "," }
            text += "\""
            for character in (element.postgresValue.text ?? "").unicodeScalars {
                if character == "\"" || character == "\\" { text.unicodeScalars.append("\\") }
                text.unicodeScalars.append(character)
            }
            text += "\""
        }
        return PostgresValue(text: text + "}")
    }

    public static func postgresArray(_ text: ArraySlice<UInt8>) -> [Self]? {
        guard text.first == UInt8(ascii: "{"), text.last == UInt8(ascii: "}") else { return nil }
        let inner = text.dropFirst().dropLast()
        var elements: [Self] = []
        var current: [UInt8] = []
        var quoted = false
        var escaped = false
        var wasQuoted = false
        func finish() -> Bool {
            if !wasQuoted, current == Array("NULL".utf8) { return false }
            guard let element = Self(postgresText: current[...]) else { return false }
            elements.append(element)
            return true
        }
        if inner.isEmpty { return [] }
        for byte in inner {
            if escaped {
                current.append(byte)
                escaped = false
            } else if byte == UInt8(ascii: "\\") {
                escaped = true
            } else if byte == UInt8(ascii: "\"") {
                quoted.toggle()
                wasQuoted = true
            } else if byte == UInt8(ascii: ","), !quoted {
                guard finish() else { return nil }
                current.removeAll(keepingCapacity: true)
                wasQuoted = false
            } else {
                current.append(byte)
            }
        }
        return finish() ? elements : nil
    }
}

extension String: PostgresArrayElement {}
extension Int: PostgresArrayElement {}
extension Int64: PostgresArrayElement {}
extension Bool: PostgresArrayElement {}
extension Double: PostgresArrayElement {}
extension UUID: PostgresArrayElement {}
extension Date: PostgresArrayElement {}

extension UInt8: PostgresArrayElement {
    public static func postgresArray(_ array: [UInt8]) -> PostgresValue {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = [UInt8(ascii: "\\"), UInt8(ascii: "x")]
        text.reserveCapacity(2 + 2 * array.count)
        for byte in array {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return PostgresValue(text: String(decoding: text, as: UTF8.self))
    }

    public static func postgresArray(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "x")]), text.count.isMultiple(of: 2) else {
            return nil
        }
        func nibble(_ byte: UInt8) -> UInt8? {
            switch byte {
            case 48...57: byte - 48
            case 97...102: byte - 87
            default: nil
            }
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        var index = text.startIndex + 2
        while index < text.endIndex {
            guard let high = nibble(text[index]), let low = nibble(text[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
            index += 2
        }
        return bytes
    }
}
