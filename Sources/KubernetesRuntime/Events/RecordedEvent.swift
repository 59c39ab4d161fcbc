public import KubernetesClient

/// What an Event is about: an object at a version.
public struct ObjectReference: Sendable, Hashable {
    /// Such as `apps/v1`.
    public var apiVersion: String
    /// Such as `Deployment`.
    public var kind: String
    /// `nil` for kinds without namespaces.
    public var namespace: String?
    /// The object's name.
    public var name: String
    /// Which object of that name.
    public var uid: String
    /// In which state.
    public var resourceVersion: String?
    /// The part of it that is meant: `spec.containers{web}`.
    public var fieldPath: String?

    /// The reference to an object in the state it is in.
    public init(_ object: UntypedObject, fieldPath: String? = nil) {
        self.fieldPath = fieldPath
        apiVersion = object.apiVersion
        kind = object.kind
        namespace = object.namespace
        name = object.name
        uid = object.uid
        resourceVersion = object.resourceVersion
    }

    var json: JSONValue {
        var json: JSONValue = [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
        ]
        json["namespace"] = namespace.map { .string($0) }
        json["resourceVersion"] = resourceVersion.map { .string($0) }
        json["fieldPath"] = fieldPath.map { .string($0) }
        return json
    }
}

/// One call of the recorder.
struct RecordedEvent: Sendable {
    var about: ObjectReference
    var kind: EventRecorder.Kind
    var reason: String
    var message: String
    var time: Timestamp
    /// Whether it stands for others that differ in their messages.
    var isCombined = false
}
