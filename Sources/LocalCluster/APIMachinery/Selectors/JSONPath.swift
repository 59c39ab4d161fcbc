public import KubernetesClient

/// The JSONPath of printer columns and scale paths (`.spec.ports[0].name`, `.status.conditions[?(@.type=="Ready")].status`).
public struct JSONPath: Sendable, Hashable {
    /// `nil` for text this subset of JSONPath does not have.
    public init?(_ text: String) {}

    /// Every value the path finds.
    public func values(in object: JSONValue) -> [JSONValue] { [] }
}
