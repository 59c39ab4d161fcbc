import KubernetesClient

/// A value at run time.
enum CELValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case int(Int64)
    case uint(UInt64)
    case double(Double)
    case string(String)
    case bytes([UInt8])
    case list([CELValue])
    case map([CELValue: CELValue])
    /// Seconds since 1970.
    case timestamp(Int64)
    /// Nanoseconds.
    case duration(Int64)
    case optional([CELValue])
    case type(String)

    /// A JSON value as its schema types it.
    init(_ value: JSONValue, _ schema: Schema?) {
        switch (value, schema?.kind) {
        case (.null, _): self = .null
        case (.bool(let value), _): self = .bool(value)
        case (_, .number): self = value.doubleValue.map(CELValue.double) ?? .null
        case (.integer(let value), _): self = .int(value)
        case (.number(let value), .integer): self = Int64(exactly: value).map(CELValue.int) ?? .double(value)
        case (.number(let value), _): self = .double(value)
        case (.string(let text), _):
            switch schema?.format {
            case "date-time": self = CELTime.timestamp(text).map(CELValue.timestamp) ?? .string(text)
            case "duration": self = CELTime.duration(text).map(CELValue.duration) ?? .string(text)
            case "byte": self = Base64.decode(text).map(CELValue.bytes) ?? .string(text)
            default: self = .string(text)
            }
        case (.array(let elements), _): self = .list(elements.map { CELValue($0, schema?.items) })
        case (.object(let members), _):
            var map: [CELValue: CELValue] = [:]
            for (name, member) in members { map[.string(name)] = CELValue(member, schema?.member(name)) }
            self = .map(map)
        }
    }

    var typeName: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .list: "list"
        case .map: "map"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .optional: "optional_type"
        case .type: "type"
        }
    }

    /// Equality with numbers of different types compared by value.
    func equals(_ other: CELValue) -> Bool {
        if let order = numericOrder(other) { return order == 0 }
        switch (self, other) {
        case (.list(let left), .list(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
        case (.map(let left), .map(let right)):
            return left.count == right.count
                && left.allSatisfy { key, value in right[key].map(value.equals) ?? false }
        default: return self == other
        }
    }

    /// -1, 0 or 1; `nil` where there is no order.
    func order(_ other: CELValue) -> Int? {
        if let order = numericOrder(other) { return order }
        func order<T: Comparable>(_ left: T, _ right: T) -> Int { left < right ? -1 : left == right ? 0 : 1 }
        switch (self, other) {
        case (.string(let left), .string(let right)):
            return left == right ? 0 : left.unicodeScalars.lexicographicallyPrecedes(right.unicodeScalars) ? -1 : 1
        case (.bool(let left), .bool(let right)): return order(left ? 1 : 0, right ? 1 : 0)
        case (.timestamp(let left), .timestamp(let right)), (.duration(let left), .duration(let right)):
            return order(left, right)
        case (.bytes(let left), .bytes(let right)):
            return left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
        default: return nil
        }
    }

    private func numericOrder(_ other: CELValue) -> Int? {
        if case .int(let left) = self, case .int(let right) = other { return left < right ? -1 : left == right ? 0 : 1 }
        guard let left = number, let right = other.number else { return nil }
        return left < right ? -1 : left == right ? 0 : 1
    }

    var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .uint(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
}

/// Times and durations in text.
enum CELTime {
    static func timestamp(_ text: String) -> Int64? { Timestamp.seconds(text).map(Int64.init) }

    /// Nanoseconds of `1h30m`, `250ms`.
    static func duration(_ text: String) -> Int64? {
        let units: [(String, Double)] = [
            ("ns", 1), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12),
        ]
        var rest = text[...]
        let negative = rest.hasPrefix("-")
        if negative || rest.hasPrefix("+") { rest = rest.dropFirst() }
        if rest == "0" { return 0 }
        var total = 0.0
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isNumber || $0 == "." }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard let number = Double(digits), let unit = units.first(where: { $0.0 == name }) else { return nil }
            total += number * unit.1
        }
        return abs(total) < 9.2e18 ? Int64(negative ? -total : total) : nil
    }
}
