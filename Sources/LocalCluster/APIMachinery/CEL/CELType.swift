/// A static type.
indirect enum CELType: Sendable, Equatable {
    case dyn, null, bool, int, uint, double, string, bytes, timestamp, duration, type
    case list(CELType)
    case map(CELType, CELType)
    case object([String: CELType])
    case optional(CELType)

    /// The type of values of a schema; `nil` for what expressions cannot see.
    init?(_ schema: Schema, isRoot: Bool = false) {
        switch schema.kind {
        case .boolean: self = .bool
        case .integer: self = .int
        case .number: self = .double
        case .intOrString: self = .dyn
        case .any: return nil
        case .string:
            switch schema.format {
            case "date-time": self = .timestamp
            case "duration": self = .duration
            case "byte": self = .bytes
            default: self = .string
            }
        case .array:
            guard let items = schema.items, let element = CELType(items) else { return nil }
            self = .list(element)
        case .object:
            if let values = schema.additionalProperties {
                guard let value = CELType(values) else { return nil }
                self = .map(.string, value)
                return
            }
            var members: [String: CELType] = [:]
            for (name, property) in schema.properties { members[name] = CELType(property) }
            if isRoot || schema.embeddedResource {
                members["apiVersion"] = .string
                members["kind"] = .string
                members["metadata"] = .object(["name": .string, "generateName": .string])
            }
            self = .object(members)
        }
    }

    var isNumber: Bool { self == .int || self == .uint || self == .double }

    /// Whether a value of one type may stand where the other is wanted.
    func accepts(_ other: CELType) -> Bool {
        switch (self, other) {
        case (.dyn, _), (_, .dyn): true
        case (.list(let wanted), .list(let given)): wanted.accepts(given)
        case (.map(let key, let value), .map(let otherKey, let otherValue)):
            key.accepts(otherKey) && value.accepts(otherValue)
        case (.map, .object), (.object, .map): true
        case (.optional(let wanted), .optional(let given)): wanted.accepts(given)
        default: self == other
        }
    }

    /// The type that covers both; anything when they differ.
    func joined(_ other: CELType) -> CELType {
        self == other ? self : accepts(other) ? (self == .dyn ? other : self) : .dyn
    }

    var description: String {
        switch self {
        case .dyn: "dyn"
        case .null: "null"
        case .bool: "bool"
        case .int: "int"
        case .uint: "uint"
        case .double: "double"
        case .string: "string"
        case .bytes: "bytes"
        case .timestamp: "timestamp"
        case .duration: "duration"
        case .type: "type"
        case .list(let element): "list(\(element.description))"
        case .map(let key, let value): "map(\(key.description), \(value.description))"
        case .object: "object"
        case .optional(let wrapped): "optional_type(\(wrapped.description))"
        }
    }
}
