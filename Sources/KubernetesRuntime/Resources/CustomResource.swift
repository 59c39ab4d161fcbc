public import KubernetesClient

/// A kind of your own, with a spec that users write and a status that its controller writes.
///
/// ```swift
/// struct Widget: CustomResource {
///     static let resourceKind = ResourceKind(group: "example.com", version: "v1", plural: "widgets", kind: "Widget")
///     struct Spec: Codable { var size: Int }
///     struct Status: Codable { var conditions: [StatusCondition]? }
///     var untyped: UntypedObject
/// }
/// ```
public protocol CustomResource: KubernetesObject {
    /// What users write.
    associatedtype Spec: Codable
    /// What the controller writes; all of its fields optional, as a new object has none.
    associatedtype Status: Codable
}

extension CustomResource {
    /// The spec as it stands.
    ///
    /// - Throws: `DecodingError` when the definition's schema lets in what `Spec` does not.
    public func spec() throws -> Spec { try decode(at: "spec") }

    /// The status as it was last written.
    public func status() throws -> Status { try decode(at: "status") }
}
