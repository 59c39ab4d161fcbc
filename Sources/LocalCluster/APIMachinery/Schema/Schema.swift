public import KubernetesClient

/// The structure of a value: one type for the schemas of custom kinds (OpenAPI v3 with Kubernetes' extensions) and of
/// built-in kinds.
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

    public let kind: Kind
    public let properties: [String: Schema]
    public let additionalProperties: Schema?
    public let items: Schema?
    public let required: [String]
    public let format: String?
    public let nullable: Bool
    public let defaultValue: JSONValue?
    public let listType: ListType
    public let atomicMap: Bool
    public let preservesUnknownFields: Bool
    public let embeddedResource: Bool
    public let patchMergeKey: String?
    public let patchStrategy: Set<String>
    public let bounds: Bounds
    public let validations: [ValidationRule]
    public let description: String?
    /// A struct of a built-in kind that is there, empty, even when nobody wrote it.
    public let alwaysPresent: Bool

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

    public init(
        _ kind: Kind, properties: [String: Schema] = [:], additionalProperties: Schema? = nil, items: Schema? = nil,
        required: [String] = [], format: String? = nil, nullable: Bool = false, defaultValue: JSONValue? = nil,
        listType: ListType = .atomic, atomicMap: Bool = false, preservesUnknownFields: Bool = false,
        embeddedResource: Bool = false, patchMergeKey: String? = nil, patchStrategy: Set<String> = [],
        bounds: Bounds = Bounds(), validations: [ValidationRule] = [], description: String? = nil,
        alwaysPresent: Bool = false
    ) {
        self.kind = kind
        self.properties = properties
        self.additionalProperties = additionalProperties
        self.items = items
        self.required = required
        self.format = format
        self.nullable = nullable
        self.defaultValue = defaultValue
        self.listType = listType
        self.atomicMap = atomicMap
        self.preservesUnknownFields = preservesUnknownFields
        self.embeddedResource = embeddedResource
        self.patchMergeKey = patchMergeKey
        self.patchStrategy = patchStrategy
        self.bounds = bounds
        self.validations = validations
        self.description = description
        self.alwaysPresent = alwaysPresent
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
