/// A JSON document as a value: what untyped Kubernetes objects are made of, so that no unknown field is ever lost.
///
/// Whole numbers stay whole (`integer`), as Kubernetes distinguishes `int64` from `double`; an integer that does not
/// fit 64 bits becomes a `number`. The order of an object's keys is not kept; text is written with sorted keys.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])
}

extension JSONValue {
    /// `{}`.
    public static var emptyObject: JSONValue { .object([:]) }

    /// Whether this is `null`.
    public var isNull: Bool { self == .null }

    /// The truth value; `nil` for anything else.
    public var boolValue: Bool? {
        if case .bool(let value) = self { value } else { nil }
    }

    /// The whole number, also of a `number` without a fraction.
    public var integerValue: Int64? {
        switch self {
        case .integer(let value): value
        case .number(let value): Int64(exactly: value)
        default: nil
        }
    }

    /// ``integerValue`` as an `Int`.
    public var intValue: Int? { integerValue.flatMap { Int(exactly: $0) } }

    /// The number, whole or not; `nil` for anything else.
    public var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The string; `nil` for anything else.
    public var stringValue: String? {
        if case .string(let value) = self { value } else { nil }
    }

    /// The elements; `nil` for anything else.
    public var arrayValue: [JSONValue]? {
        if case .array(let value) = self { value } else { nil }
    }

    /// The members; `nil` for anything else.
    public var objectValue: [String: JSONValue]? {
        if case .object(let value) = self { value } else { nil }
    }

    /// A string map such as labels; values that are not strings are left out.
    public var stringMapValue: [String: String]? {
        objectValue?.compactMapValues(\.stringValue)
    }

    /// The member of an object, `nil` when there is none or this is no object. Setting turns anything that is not an
    /// object into one; setting `nil` removes the member.
    public subscript(key: String) -> JSONValue? {
        get {
            if case .object(let members) = self { members[key] } else { nil }
        }
        set {
            guard case .object(var members) = self else {
                if let newValue { self = .object([key: newValue]) }
                return
            }
            // Let go of the shared storage first, so that the change happens in place.
            self = .null
            members[key] = newValue
            self = .object(members)
        }
    }

    /// The element of an array, `nil` when there is none or this is no array.
    public subscript(index: Int) -> JSONValue? {
        if case .array(let elements) = self, elements.indices.contains(index) { elements[index] } else { nil }
    }

    /// The value at a path of object keys, `nil` when a step is missing. Setting makes the objects on the way;
    /// setting `nil` removes only the last member.
    public subscript(path path: [String]) -> JSONValue? {
        get {
            var value = self
            for key in path {
                guard let next = value[key] else { return nil }
                value = next
            }
            return value
        }
        set { set(path[...], newValue) }
    }

    private mutating func set(_ path: ArraySlice<String>, _ value: JSONValue?) {
        guard let key = path.first else {
            if let value { self = value }
            return
        }
        if path.count == 1 {
            self[key] = value
            return
        }
        guard value != nil || self[key] != nil else { return }
        var child = self[key] ?? .emptyObject
        self[key] = nil
        child.set(path.dropFirst(), value)
        self[key] = child
    }
}

// Not by `nil`: `json["a"] = condition ? nil : value` would then set null instead of removing the member.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByFloatLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { $1 }))
    }
}

extension JSONValue {
    public init(_ value: some BinaryInteger) { self = .integer(Int64(clamping: value)) }
    public init(_ value: some StringProtocol) { self = .string(String(value)) }
    public init(_ map: [String: String]) { self = .object(map.mapValues { .string($0) }) }
    public init(_ list: [String]) { self = .array(list.map { .string($0) }) }
}

extension JSONValue: CustomStringConvertible {
    public var description: String { text() }
}
