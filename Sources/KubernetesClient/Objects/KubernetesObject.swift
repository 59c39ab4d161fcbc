/// A typed view of an object that keeps the fields its type does not know.
///
/// A conforming type has one stored property and reads its spec and status through ``decode(_:at:)``:
///
/// ```swift
/// struct Widget: KubernetesObject {
///     static let resourceKind = ResourceKind(group: "example.com", version: "v1", plural: "widgets", kind: "Widget")
///     var untyped: UntypedObject
///     init(untyped: UntypedObject) { self.untyped = untyped }
///     func spec() throws -> WidgetSpec { try decode(WidgetSpec.self, at: "spec") }
/// }
/// ```
public protocol KubernetesObject: Sendable {
    static var resourceKind: ResourceKind { get }
    var untyped: UntypedObject { get set }
    init(untyped: UntypedObject)
}

extension KubernetesObject {
    /// `metadata.name`.
    public var name: String { untyped.name }
    /// `metadata.namespace`.
    public var namespace: String? { untyped.namespace }
    /// Namespace and name.
    public var key: ObjectKey { untyped.key }
    /// `metadata.uid`, empty before it is created.
    public var uid: String { untyped.uid }
    /// `metadata.generation`, which grows when the spec changes.
    public var generation: Int64 { untyped.generation }
    /// Whether it has a deletion timestamp and waits for finalizers.
    public var isBeingDeleted: Bool { untyped.isBeingDeleted }

    /// The value of a top-level field such as `spec`. A missing field decodes like an empty object.
    ///
    /// - Throws: `DecodingError`, whose coding path begins below `field`.
    public func decode<Value: Decodable>(_ type: Value.Type = Value.self, at field: String) throws -> Value {
        try JSONValueDecoder().decode(type, from: untyped.json[field] ?? .emptyObject)
    }

    /// Writes a value to a top-level field, keeping the members of the present one that `Value` does not know.
    public mutating func encode<Value: Codable>(_ value: Value, at field: String) throws {
        let new = try JSONValueEncoder().encode(value)
        guard let present = untyped.json[field], let old = try? JSONValueDecoder().decode(Value.self, from: present)
        else {
            untyped.json[field] = new
            return
        }
        untyped.json[field] = present.replacing(known: try JSONValueEncoder().encode(old), by: new)
    }
}

extension JSONValue {
    /// This value with what `old` has replaced by what `new` has; object members that neither has are kept.
    func replacing(known old: JSONValue, by new: JSONValue) -> JSONValue {
        guard case .object(var members) = self, case .object(let oldMembers) = old, case .object(let newMembers) = new
        else { return new }
        for key in oldMembers.keys where newMembers[key] == nil { members[key] = nil }
        for (key, value) in newMembers {
            guard let present = members[key], let before = oldMembers[key] else {
                members[key] = value
                continue
            }
            members[key] = present.replacing(known: before, by: value)
        }
        return .object(members)
    }
}
