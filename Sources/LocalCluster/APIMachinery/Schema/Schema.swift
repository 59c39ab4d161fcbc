public import KubernetesClient

/// The structure of a value: one type for the schemas of custom kinds (OpenAPI v3 with Kubernetes' extensions) and of
/// built-in kinds. Immutable, so that walks over large schemas share it.
@dynamicMemberLookup
public final class Schema: Sendable {
    public enum Kind: String, Sendable {
        case object, array, string, integer, number, boolean
        /// An integer or a string (`x-kubernetes-int-or-string`).
        case intOrString
        /// Anything (a schema without a type).
        case any
    }

    /// How a list is merged and owned.
    public enum ListType: Sendable, Hashable {
        case atomic, set
        case map(keys: [String])
    }

    /// What a protobuf field number stands for (built-in kinds).
    enum ProtobufField: Sendable {
        case property(String)
        /// A message whose fields are the object's own in JSON.
        case inlined([Int: ProtobufField])
    }

    public struct Fields: Sendable {
        public var kind: Kind
        public var properties: [String: Schema] = [:]
        public var additionalProperties: Schema?
        /// `additionalProperties: true`: members of any kind, of which nothing is known.
        public var allowsAnyProperties = false
        /// `additionalProperties: false`.
        public var forbidsAdditionalProperties = false
        public var items: Schema?
        public var required: [String] = []
        /// `int32`, `date-time`, `byte`, …; for built-in kinds also `quantity` and `micro-time`.
        public var format: String?
        public var nullable = false
        public var defaultValue: JSONValue?
        public var listType = ListType.atomic
        public var atomicMap = false
        public var preservesUnknownFields = false
        public var embeddedResource = false
        public var patchMergeKey: String?
        public var patchStrategy: Set<String> = []
        public var bounds = Bounds()
        public var validations: [ValidationRule] = []
        public var description: String?
        /// The name of a built-in type in OpenAPI documents, such as `io.k8s.api.core.v1.PodSpec`.
        public var typeName: String?
        /// A member of a built-in kind that holds any document.
        var isRaw = false
        /// The Go struct that is embedded in the object's and has this member; messages name it.
        var embeddedIn: String?
        /// A member of a built-in kind that is there, empty or zero, even when nobody wrote it.
        public var alwaysPresent = false
        /// Whether a zero value (`""`, `0`, `false`) of a built-in kind differs from none.
        public var keepsZero = false
        var protobufFields: [Int: ProtobufField] = [:]
        /// The schema as the definition gave it, for OpenAPI documents of custom kinds.
        var source: JSONValue?

        public init(_ kind: Kind) { self.kind = kind }
    }

    /// What restricts a value beyond its type.
    public struct Bounds: Sendable {
        public var enumeration: [JSONValue]?
        public var pattern: String?
        public var minimum: Double?
        public var maximum: Double?
        public var exclusiveMinimum = false
        public var exclusiveMaximum = false
        public var multipleOf: Double?
        public var minLength: Int?
        public var maxLength: Int?
        public var minItems: Int?
        public var maxItems: Int?
        public var minProperties: Int?
        public var maxProperties: Int?
        public var allOf: [Schema] = []
        public var anyOf: [Schema] = []
        public var oneOf: [Schema] = []
        public var not: Schema?

        public init() {}
    }

    public let fields: Fields

    public init(_ fields: Fields) { self.fields = fields }

    public convenience init(_ kind: Kind, _ change: (inout Fields) -> Void = { _ in }) {
        var fields = Fields(kind)
        change(&fields)
        self.init(fields)
    }

    public subscript<Value>(dynamicMember path: KeyPath<Fields, Value>) -> Value { fields[keyPath: path] }

    func with(_ change: (inout Fields) -> Void) -> Schema {
        var fields = fields
        change(&fields)
        return Schema(fields)
    }

    /// The schema of an object's member: a property, else that of additional properties.
    func member(_ name: String) -> Schema? { fields.properties[name] ?? fields.additionalProperties }

    /// The value that a key of a list's element has when it is left out; for built-in types, the zero of a member that
    /// is always written.
    func defaultKey(_ name: String) -> JSONValue? {
        guard let property = fields.properties[name] else { return nil }
        let hasZero = property.alwaysPresent || fields.typeName == "io.k8s.api.core.v1.LocalObjectReference"
        return property.defaultValue ?? (hasZero ? TypedDecoder.zero(property) : nil)
    }
}

/// One entry of `x-kubernetes-validations`.
public struct ValidationRule: Sendable, Hashable {
    public var rule: String
    public var message: String?
    public var messageExpression: String?
    public var reason: String?
    public var fieldPath: String?
    public var optionalOldSelf: Bool?
}
