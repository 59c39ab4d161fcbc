#if canImport(FoundationEssentials)
    public import FoundationEssentials
#else
    public import Foundation
#endif

extension String: PostgresEncodable, PostgresDecodable {
    public var postgresValue: PostgresValue { PostgresValue(text: self) }
    public init?(postgresText text: ArraySlice<UInt8>) { self.init(decoding: text, as: UTF8.self) }
}

extension PostgresEncodable where Self: FixedWidthInteger {
    public var postgresValue: PostgresValue { PostgresValue(text: String(self)) }
}

extension PostgresDecodable where Self: FixedWidthInteger {
    public init?(postgresText text: ArraySlice<UInt8>) {
        let negative = text.first == UInt8(ascii: "-")
        let digits = negative ? text.dropFirst() : text
        guard !digits.isEmpty else { return nil }
        var value: Self = 0
        for byte in digits {
            guard byte >= 48, byte <= 57 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let digit = Self(byte - 48)
            let (sum, carry) =
                negative ? product.subtractingReportingOverflow(digit) : product.addingReportingOverflow(digit)
            guard !overflow, !carry else { return nil }
            value = sum
        }
        self = value
    }
}

extension Int: PostgresEncodable, PostgresDecodable {}
extension Int64: PostgresEncodable, PostgresDecodable {}
extension Int32: PostgresEncodable, PostgresDecodable {}

extension Bool: PostgresEncodable, PostgresDecodable {
    public var postgresValue: PostgresValue { PostgresValue(text: self ? "t" : "f") }
    public init?(postgresText text: ArraySlice<UInt8>) {
        switch text.first {
        case UInt8(ascii: "t") where text.count == 1: self = true
        case UInt8(ascii: "f") where text.count == 1: self = false
        default: return nil
        }
    }
}

extension Double: PostgresEncodable, PostgresDecodable {
    public var postgresValue: PostgresValue {
        PostgresValue(text: isNaN ? "NaN" : isInfinite ? (self < 0 ? "-Infinity" : "Infinity") : description)
    }
    public init?(postgresText text: ArraySlice<UInt8>) { self.init(String(decoding: text, as: UTF8.self)) }
}

extension UUID: PostgresEncodable, PostgresDecodable {
    public var postgresValue: PostgresValue { PostgresValue(text: uuidString) }
    public init?(postgresText text: ArraySlice<UInt8>) {
        self.init(uuidString: String(decoding: text, as: UTF8.self))
    }
}

/// An array, or for bytes a `bytea`.
extension Array: PostgresEncodable where Element: PostgresArrayElement {
    public var postgresValue: PostgresValue { Element.postgresArray(self) }
}

extension Array: PostgresDecodable where Element: PostgresArrayElement {
    public init?(postgresText text: ArraySlice<UInt8>) {
        guard let array = Element.postgresArray(text) else { return nil }
        self = array
    }
}

/// JSON in its text form, for `json` and `jsonb` columns.
public struct JSONText: Sendable, Hashable, PostgresEncodable, PostgresDecodable {
    public var text: String
    public init(_ text: String) { self.text = text }
    public init?(postgresText text: ArraySlice<UInt8>) { self.text = String(decoding: text, as: UTF8.self) }
    public var postgresValue: PostgresValue { PostgresValue(text: text) }
}

extension Optional: PostgresEncodable where Wrapped: PostgresEncodable {
    public var postgresValue: PostgresValue { self?.postgresValue ?? .null }
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    public init?(postgresText text: ArraySlice<UInt8>) {
        guard let value = Wrapped(postgresText: text) else { return nil }
        self = .some(value)
    }
    public static var postgresNull: Wrapped?? { .some(.none) }
}

/// Enums with a text raw value are stored as that text.
extension PostgresEncodable where Self: RawRepresentable, RawValue: PostgresEncodable {
    public var postgresValue: PostgresValue { rawValue.postgresValue }
}

extension PostgresDecodable where Self: RawRepresentable, RawValue: PostgresDecodable {
    public init?(postgresText text: ArraySlice<UInt8>) {
        guard let raw = RawValue(postgresText: text) else { return nil }
        self.init(rawValue: raw)
    }
}
