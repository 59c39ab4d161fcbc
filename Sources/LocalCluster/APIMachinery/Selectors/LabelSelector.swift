public import KubernetesClient

/// A condition on labels.
public struct LabelSelector: Sendable, Hashable {
    public struct Requirement: Sendable, Hashable {
        public enum Operator: Sendable, Hashable { case `in`, notIn, exists, doesNotExist, greaterThan, lessThan }
        public var key: String
        public var `operator`: Operator
        public var values: [String]
    }

    /// All must hold; none selects everything.
    public var requirements: [Requirement]

    public init(requirements: [Requirement] = []) { self.requirements = requirements }

    /// Reads the query parameter's form: `app=web,tier in (a,b),!canary`. Throws a 400.
    public init(parsing text: String) throws(StatusError) { requirements = [] }

    /// Reads `{matchLabels, matchExpressions}`; `nil` when that is malformed. An empty object selects everything.
    public init?(_ selector: JSONValue) { requirements = [] }

    public func matches(_ labels: [String: String]) -> Bool { true }

    /// The query parameter's form, as the scale subresource's `status.selector` has it.
    public var text: String { "" }
}
