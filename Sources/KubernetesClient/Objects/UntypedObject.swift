/// A Kubernetes object as the server sent it, with every field it has.
///
/// The accessors read and write ``json``; a field that is absent reads as the Go zero value where Kubernetes makes no
/// difference (empty name, no labels) and as `nil` where it does.
public struct UntypedObject: Sendable, Hashable {
    /// The whole object.
    public var json: JSONValue

    public init(_ json: JSONValue) { self.json = json }

    /// An object with its type and names, to be filled.
    public init(
        _ kind: ResourceKind, name: String, namespace: String? = nil, labels: [String: String] = [:],
        annotations: [String: String] = [:]
    ) {
        var metadata: JSONValue = ["name": .string(name)]
        if kind.isNamespaced, let namespace { metadata["namespace"] = .string(namespace) }
        if !labels.isEmpty { metadata["labels"] = JSONValue(labels) }
        if !annotations.isEmpty { metadata["annotations"] = JSONValue(annotations) }
        json = ["apiVersion": .string(kind.apiVersion), "kind": .string(kind.kind), "metadata": metadata]
    }

    /// The value at a path of field names: `pod["spec", "nodeName"]`. Setting makes the objects on the way.
    public subscript(path: String...) -> JSONValue? {
        get { json[path: path] }
        set { json[path: path] = newValue }
    }

    /// Namespace and name.
    public var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
}

extension UntypedObject {
    /// Such as `apps/v1`.
    public var apiVersion: String {
        get { json["apiVersion"]?.stringValue ?? "" }
        set { json["apiVersion"] = .string(newValue) }
    }

    /// Such as `Deployment`.
    public var kind: String {
        get { json["kind"]?.stringValue ?? "" }
        set { json["kind"] = .string(newValue) }
    }

    /// `metadata.name`.
    public var name: String {
        get { metadata("name") ?? "" }
        set { self["metadata", "name"] = .string(newValue) }
    }

    /// What the server begins the name with that it makes.
    public var generateName: String? {
        get { metadata("generateName") }
        set { self["metadata", "generateName"] = newValue.map { .string($0) } }
    }

    /// `metadata.namespace`, `nil` for kinds without.
    public var namespace: String? {
        get { metadata("namespace") }
        set { self["metadata", "namespace"] = newValue.map { .string($0) } }
    }

    /// `metadata.uid`, empty before it is created.
    public var uid: String { metadata("uid") ?? "" }

    /// Changes with every write; to be compared for equality only.
    public var resourceVersion: String? {
        get { metadata("resourceVersion") }
        set { self["metadata", "resourceVersion"] = newValue.map { .string($0) } }
    }

    /// Grows when the spec changes.
    public var generation: Int64 { self["metadata", "generation"]?.integerValue ?? 0 }

    /// `metadata.labels`.
    public var labels: [String: String] {
        get { self["metadata", "labels"]?.stringMapValue ?? [:] }
        set { self["metadata", "labels"] = newValue.isEmpty ? nil : JSONValue(newValue) }
    }

    /// `metadata.annotations`.
    public var annotations: [String: String] {
        get { self["metadata", "annotations"]?.stringMapValue ?? [:] }
        set { self["metadata", "annotations"] = newValue.isEmpty ? nil : JSONValue(newValue) }
    }

    /// `metadata.ownerReferences`.
    public var ownerReferences: [OwnerReference] {
        get { self["metadata", "ownerReferences"]?.arrayValue?.compactMap { OwnerReference($0) } ?? [] }
        set { self["metadata", "ownerReferences"] = newValue.isEmpty ? nil : .array(newValue.map(\.json)) }
    }

    /// The owner whose reference says `controller: true`.
    public var controllerReference: OwnerReference? { ownerReferences.first(where: \.controller) }

    /// Who has something to do before the object goes.
    public var finalizers: [String] {
        get { self["metadata", "finalizers"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
        set { self["metadata", "finalizers"] = newValue.isEmpty ? nil : JSONValue(newValue) }
    }

    /// When it was created; `nil` before that.
    public var creationTimestamp: Timestamp? { metadata("creationTimestamp").flatMap { Timestamp($0) } }

    /// When the object was asked to go; it stays until its finalizers are gone.
    public var deletionTimestamp: Timestamp? { metadata("deletionTimestamp").flatMap { Timestamp($0) } }

    /// Whether it was deleted and waits for finalizers or a grace period.
    public var isBeingDeleted: Bool { metadata("deletionTimestamp") != nil }

    /// What is wanted.
    public var spec: JSONValue? {
        get { json["spec"] }
        set { json["spec"] = newValue }
    }

    /// What was observed.
    public var status: JSONValue? {
        get { json["status"] }
        set { json["status"] = newValue }
    }

    private func metadata(_ field: String) -> String? { json["metadata"]?[field]?.stringValue }
}
