public import KubernetesClient

/// A condition on a kind's selectable fields: `metadata.name=a,status.phase!=Running`.
public struct FieldSelector: Sendable, Hashable {
    public struct Requirement: Sendable, Hashable {
        public var field: String
        public var equal: Bool
        public var value: String
    }

    public var requirements: [Requirement]

    /// Throws a 400 for malformed text and for fields the kind cannot be selected by.
    public init(parsing text: String, for definition: ResourceDefinition) throws(StatusError) { requirements = [] }

    public func matches(_ object: JSONValue) -> Bool { true }

    /// The only name that can match, if the selector says one.
    public var name: String? { nil }
}
