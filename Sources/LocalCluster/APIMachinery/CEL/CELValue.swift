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
    /// A list whose schema says that order does not matter: a set, or a map by the names of its keys.
    case keyedList([CELValue], keys: [String])
    /// A map, or an object by the names expressions use for its fields.
    case map([CELValue: CELValue])
    case timestamp(CELTime)
    /// Nanoseconds.
    case duration(Int64)
    case optional([CELValue])
    case type(String)
    case quantity(Quantity)
    case ip(IPAddress)
    case cidr(IPBlock)
    case url(CELURL)
    case semver(CELSemver)
    case format(String)

    /// A JSON value as its schema types it.
    init(_ value: JSONValue, _ schema: Schema?, isRoot: Bool = false) throws(CELError) {
        switch (value, schema?.kind) {
        case (.null, _):
            guard schema?.nullable != false else {
                throw CELError("invalid data, got null for schema with nullable=false")
            }
            self = .null
        case (.bool(let value), _): self = .bool(value)
        case (.integer, .number), (.number, .number): self = .double(value.doubleValue ?? 0)
        case (.integer(let value), _): self = .int(value)
        case (.number(let number), .integer):
            guard schema?.kind != .integer else { throw CELError("invalid data, expected int, got float64") }
            self = .double(number)
        case (.number(let value), _): self = .double(value)
        case (.string(let text), .string): self = try Self.text(text, schema?.format)
        case (.string(let text), _): self = .string(text)
        case (.array(let elements), _):
            var values: [CELValue] = []
            for element in elements { values.append(try CELValue(element, schema?.items)) }
            switch schema?.listType {
            case .set: self = .keyedList(values, keys: [])
            case .map(let keys): self = .keyedList(values, keys: keys.map { CELField.escaped($0) ?? $0 })
            default: self = .list(values)
            }
        case (.object(let members), _): self = .map(try Self.members(members, schema, isRoot: isRoot))
        }
    }

    private static func text(_ text: String, _ format: String?) throws(CELError) -> CELValue {
        switch format {
        case "date-time":
            guard let time = CELTime(schemaText: text) else {
                throw CELError("Invalid date-time formatted string \(text)")
            }
            return .timestamp(time)
        case "date":
            guard let time = CELTime.timestamp(text + "T00:00:00Z") else {
                throw CELError("Invalid date formatted string \(text)")
            }
            return .timestamp(time)
        case "duration":
            guard let duration = CELTime.duration(text) else { throw CELError("Invalid duration \(text)") }
            return .duration(duration)
        case "byte":
            guard let bytes = Base64.decode(text) else { throw CELError("Invalid byte formatted string \(text)") }
            return .bytes(bytes)
        default: return .string(text)
        }
    }

    private static func members(
        _ members: [String: JSONValue], _ schema: Schema?, isRoot: Bool
    ) throws(CELError) -> [CELValue: CELValue] {
        var map: [CELValue: CELValue] = [:]
        let isResource = isRoot || schema?.embeddedResource == true
        for (name, member) in members where !member.isNull {
            if isResource, name == "metadata" {
                let known = (member.objectValue ?? [:]).filter { $0.key == "name" || $0.key == "generateName" }
                map[.string(name)] = .map(try Self.members(known, nil, isRoot: false))
            } else if let property = schema?.properties[name] {
                map[.string(CELField.escaped(name) ?? name)] = try CELValue(member, property)
            } else if let values = schema?.additionalProperties {
                map[.string(name)] = try CELValue(member, values)
            } else if schema == nil || isResource && (name == "apiVersion" || name == "kind") {
                map[.string(name)] = try CELValue(member, nil)
            }
        }
        return map
    }

    /// As type errors at run time name it.
    var typeName: String {
        switch self {
        case .null: "null_type"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .list, .keyedList: "list"
        case .map: "map"
        case .timestamp: "google.protobuf.Timestamp"
        case .duration: "google.protobuf.Duration"
        case .optional: "optional_type"
        case .type: "type"
        case .quantity: "kubernetes.Quantity"
        case .ip: "net.IP"
        case .cidr: "net.CIDR"
        case .url: "kubernetes.URL"
        case .semver: "kubernetes.Semver"
        case .format: "kubernetes.NamedFormat"
        }
    }

    /// The type of a literal.
    var staticType: CELType {
        switch self {
        case .null: .null
        case .bool: .bool
        case .int: .int
        case .uint: .uint
        case .double: .double
        case .string: .string
        case .bytes: .bytes
        default: .dyn
        }
    }

    var elements: [CELValue]? {
        switch self {
        case .list(let elements), .keyedList(let elements, _): elements
        default: nil
        }
    }

    // MARK: Comparison

    /// Equality with numbers of different types compared by value, and without regard to order where a list has none.
    func equals(_ other: CELValue) -> Bool {
        switch (self, other) {
        case (.keyedList(let left, let keys), _):
            guard let right = other.elements, left.count == right.count else { return false }
            if keys.isEmpty { return right.allSatisfy { element in left.contains { $0.equals(element) } } }
            return right.allSatisfy { element in
                left.first { $0.key(keys) == element.key(keys) }.map { $0.equals(element) } ?? false
            }
        case (.list(let left), _):
            guard let right = other.elements, left.count == right.count else { return false }
            return zip(left, right).allSatisfy { $0.equals($1) }
        case (.map(let left), .map(let right)):
            return left.count == right.count
                && left.allSatisfy { key, value in right.member(key).map(value.equals) ?? false }
        case (.optional(let left), .optional(let right)):
            return left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
        case (.quantity(let left), .quantity(let right)): return left.compared(to: right) == 0
        case (.int, _), (.uint, _), (.double, _): return order(other) == 0
        default: return self == other
        }
    }

    func key(_ names: [String]) -> [CELValue?] {
        guard case .map(let members) = self else { return [] }
        return names.map { members[.string($0)] }
    }

    /// -1, 0 or 1; `nil` where there is no order.
    func order(_ other: CELValue) -> Int? {
        func order<T: Comparable>(_ left: T, _ right: T) -> Int { left < right ? -1 : left == right ? 0 : 1 }
        switch (self, other) {
        case (.int(let left), .int(let right)): return order(left, right)
        case (.uint(let left), .uint(let right)): return order(left, right)
        case (.int(let left), .uint(let right)): return left < 0 ? -1 : order(UInt64(left), right)
        case (.uint, .int): return other.order(self).map { -$0 }
        case (.double(let left), .double(let right)): return left.isNaN || right.isNaN ? nil : order(left, right)
        case (.double(let left), .int(let right)):
            if left.isNaN { return nil }
            return Int64(exactly: left.rounded(.down)).map { whole in
                order(whole, right) != 0 ? order(whole, right) : left > left.rounded(.down) ? 1 : 0
            } ?? (left < 0 ? -1 : 1)
        case (.double(let left), .uint(let right)):
            if left.isNaN { return nil }
            return left < 0 ? -1 : order(left, Double(right))
        case (.int, .double), (.uint, .double): return other.order(self).map { -$0 }
        case (.string(let left), .string(let right)):
            return left == right ? 0 : left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        case (.bool(let left), .bool(let right)): return order(left ? 1 : 0, right ? 1 : 0)
        case (.timestamp(let left), .timestamp(let right)): return order(left, right)
        case (.duration(let left), .duration(let right)): return order(left, right)
        case (.bytes(let left), .bytes(let right)):
            return left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
        default: return nil
        }
    }
}

extension [CELValue: CELValue] {
    /// The value of a key, which may be a number of another type.
    func member(_ key: CELValue) -> CELValue? {
        if let found = self[key] { return found }
        switch key {
        case .int(let number): return number >= 0 ? self[.uint(UInt64(number))] : nil
        case .uint(let number): return Int64(exactly: number).flatMap { self[.int($0)] }
        case .double(let number):
            return Int64(exactly: number).flatMap { self[.int($0)] }
                ?? UInt64(exactly: number).flatMap { self[.uint($0)] }
        default: return nil
        }
    }
}

/// How expressions write the names of properties.
enum CELField {
    private static let reserved: Set<String> = [
        "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
        "let", "loop", "package", "namespace", "return", "var", "void", "while",
    ]

    /// A property's name as an identifier (`__dash__` for a dash); `nil` when it cannot be written.
    static func escaped(_ name: String) -> String? {
        guard let first = name.unicodeScalars.first, !("0"..."9").contains(first) else { return nil }
        if reserved.contains(name) { return "__\(name)__" }
        let isPlain = name.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || $0.properties.numericType != nil
                    || "_.-/".unicodeScalars.contains($0))
        }
        guard isPlain else { return nil }
        return name.replacing("__", with: "__underscores__").replacing(".", with: "__dot__")
            .replacing("-", with: "__dash__").replacing("/", with: "__slash__")
    }
}
