public import KubernetesClient

/// What one field of the custom resource may hold: a structural OpenAPI schema as Kubernetes knows it.
///
/// Kept as a value beside each Swift type, so that the CustomResourceDefinition, the defaults and the validation come
/// from one description.
public struct Schema: Sendable {
    public enum Kind: Sendable {
        case string, integer, boolean
        /// A quantity such as `100m` or `2`: text or a whole number.
        case intOrString
        case object([String: Schema])
        /// An object whose keys are free, such as labels.
        indirect case map(Schema)
        /// `keys` are what identifies an element when two writers share the list; empty for a list that one owns.
        indirect case array(Schema, keys: [String])
    }

    /// A rule in the Common Expression Language, and the same rule for programs without an interpreter for it.
    public struct Rule: Sendable {
        public var cel: String
        public var message: String
        /// Whether a value keeps to the rule, given the value before when there is one.
        public var holds: @Sendable (_ value: JSONValue, _ old: JSONValue?) -> Bool

        public init(
            _ cel: String, message: String, holds: @escaping @Sendable (_ value: JSONValue, _ old: JSONValue?) -> Bool
        ) {
            self.cel = cel
            self.message = message
            self.holds = holds
        }
    }

    public var kind: Kind
    public var description: String
    public var defaultValue: JSONValue?
    public var required: [String] = []
    public var rules: [Rule] = []
    /// The allowed texts.
    public var choices: [String] = []
    public var pattern: String?
    public var format: String?
    public var minimum: Int?
    public var maximum: Int?
    public var minimumLength: Int?
    public var maximumLength: Int?
    /// Most elements of an array, most members of a map.
    public var maximumCount: Int?
    /// The Swift type that reads the object, for the test that compares the two.
    public var origin: (any Described.Type)?

    public init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}

/// A type of the API that describes itself. A new value holds the defaults.
public protocol Described: Codable, Sendable, Hashable {
    init()
    static var schema: Schema { get }
}

extension Schema {
    public static func string(
        _ description: String, pattern: String? = nil, minimumLength: Int? = nil, maximumLength: Int = 253
    ) -> Schema {
        var schema = Schema(.string, description)
        schema.pattern = pattern
        schema.minimumLength = minimumLength
        schema.maximumLength = maximumLength
        return schema
    }

    /// One of the cases of an enumeration.
    public static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ type: Choice.Type, _ description: String
    ) -> Schema {
        var schema = Schema(.string, description)
        schema.choices = Choice.allCases.map(\.rawValue)
        return schema
    }

    public static func integer(_ description: String, _ range: ClosedRange<Int>, format: String = "int32") -> Schema {
        var schema = Schema(.integer, description)
        schema.minimum = range.lowerBound
        schema.maximum = range.upperBound
        schema.format = format
        return schema
    }

    public static func boolean(_ description: String) -> Schema { Schema(.boolean, description) }

    public static func quantity(_ description: String) -> Schema {
        var schema = Schema(.intOrString, description)
        schema.pattern = Quantity.pattern
        return schema
    }

    public static func map(_ value: Schema, _ description: String, maximumCount: Int = 64) -> Schema {
        var schema = Schema(.map(value), description)
        schema.maximumCount = maximumCount
        return schema
    }

    public static func array(
        _ element: Schema, keys: [String] = [], _ description: String, maximumCount: Int = 64
    ) -> Schema {
        var schema = Schema(.array(element, keys: keys), description)
        schema.maximumCount = maximumCount
        return schema
    }

    /// The schema of a Swift type's object. What a new value of the type holds is each property's default; an object
    /// within it defaults to `{}`, which its own defaults then fill.
    public static func object<Object: Described>(
        _ type: Object.Type, _ description: String, required: [String] = [], rules: [Rule] = [],
        _ properties: [String: Schema]
    ) -> Schema {
        let new = (try? JSONValueEncoder().encode(Object())) ?? .emptyObject
        let described = properties.map { name, property in
            var property = property
            if property.defaultValue == nil, !required.contains(name), let value = new[name] {
                if case .object = property.kind {
                    property.defaultValue = .emptyObject
                } else {
                    property.defaultValue = value
                }
            }
            return (name, property)
        }
        var schema = Schema(.object(Dictionary(described, uniquingKeysWith: { $1 })), description)
        schema.required = required
        schema.rules = rules
        schema.origin = type
        return schema
    }

    /// This schema with another description, for a type that is used in several places.
    public func describing(_ description: String) -> Schema {
        var schema = self
        schema.description = description
        return schema
    }

    public func defaulting(to value: JSONValue) -> Schema {
        var schema = self
        schema.defaultValue = value
        return schema
    }

    public func ruled(_ rules: Rule...) -> Schema {
        var schema = self
        schema.rules += rules
        return schema
    }

    /// The properties of an object, empty for any other kind.
    public var properties: [String: Schema] {
        if case .object(let properties) = kind { properties } else { [:] }
    }
}
