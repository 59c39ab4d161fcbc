/// A statement with its bound parameters.
///
/// An interpolated value becomes a parameter, never text: `"SELECT name FROM products WHERE id = \(id)"` is sent as
/// `… WHERE id = $1`. Interpolating another `SQL` splices it in, which composes filters:
/// `"SELECT … WHERE \(conditions.joined(by: " AND "))"`.
public struct SQL: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// The text with `$1`, `$2`, … where the values go.
    public private(set) var text: String
    public private(set) var values: [PostgresValue]
    /// What `CommitSignals` tells when the statement has been committed.
    public private(set) var signals: Set<String> = []
    /// Where in `text` each placeholder starts, as UTF-8 offsets, so that splicing can renumber them.
    private var placeholders: [Int] = []

    public init(stringLiteral text: String) {
        self.text = text
        self.values = []
    }

    public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.sql }

    /// A fixed text: identifiers and keywords chosen by the program, never input.
    public init(unchecked text: String) { self.init(stringLiteral: text) }

    public struct StringInterpolation: StringInterpolationProtocol {
        var sql = SQL(stringLiteral: "")

        public init(literalCapacity: Int, interpolationCount: Int) {
            sql.text.reserveCapacity(literalCapacity + 3 * interpolationCount)
            sql.values.reserveCapacity(interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) { sql.text += literal }

        public mutating func appendInterpolation(_ value: some PostgresEncodable) { sql.bind(value.postgresValue) }

        /// `nil` is SQL's NULL. Its own function, lest the compiler take an optional for a mistake.
        public mutating func appendInterpolation(_ value: (some PostgresEncodable)?) { sql.bind(value.postgresValue) }

        public mutating func appendInterpolation(_ other: SQL) { sql.append(other) }

        /// Identifiers and keywords chosen by the program, never input.
        public mutating func appendInterpolation(unchecked text: String) { sql.text += text }
    }

    private mutating func bind(_ value: PostgresValue) {
        values.append(value)
        placeholders.append(text.utf8.count)
        text += "$\(values.count)"
    }

    /// Adds another statement's text and parameters at the end.
    public mutating func append(_ other: SQL) {
        signals.formUnion(other.signals)
        var rest = other.text[...]
        var offset = 0
        for (index, placeholder) in other.placeholders.enumerated() {
            let start = rest.utf8.index(rest.startIndex, offsetBy: placeholder - offset)
            text += rest[..<start]
            bind(other.values[index])
            let length = 1 + String(index + 1).utf8.count
            rest = rest[rest.utf8.index(start, offsetBy: length)...]
            offset = placeholder + length
        }
        text += rest
    }

    /// The same statement with a signal that is sent once it has been committed.
    public func signalling(_ signal: String) -> SQL {
        var copy = self
        copy.signals.insert(signal)
        return copy
    }

    public static func + (left: SQL, right: SQL) -> SQL {
        var sum = left
        sum.append(right)
        return sum
    }
}

extension Sequence where Element == SQL {
    /// One statement of all, with the separator between them; empty for an empty sequence.
    public func joined(by separator: SQL) -> SQL {
        var result: SQL = ""
        for (index, element) in enumerated() {
            if index > 0 { result.append(separator) }
            result.append(element)
        }
        return result
    }
}
