/// One entry of `metadata.ownerReferences`.
public struct OwnerReference: Sendable, Hashable {
    /// Of the owner, such as `apps/v1`.
    public var apiVersion: String
    /// Of the owner, such as `ReplicaSet`.
    public var kind: String
    /// Of the owner, in the same namespace.
    public var name: String
    /// Of this very owner, not of a later one with its name.
    public var uid: String
    /// Whether the owner manages the object; only one can.
    public var controller: Bool
    /// Whether a foreground deletion of the owner waits for this object.
    public var blockOwnerDeletion: Bool

    public init(
        apiVersion: String, kind: String, name: String, uid: String, controller: Bool = true,
        blockOwnerDeletion: Bool = true
    ) {
        self.apiVersion = apiVersion
        self.kind = kind
        self.name = name
        self.uid = uid
        self.controller = controller
        self.blockOwnerDeletion = blockOwnerDeletion
    }

    /// The reference by which `owner` controls another object.
    public init(controlledBy owner: UntypedObject) {
        self.init(apiVersion: owner.apiVersion, kind: owner.kind, name: owner.name, uid: owner.uid)
    }

    /// Reads an entry; `nil` without kind and name.
    public init?(_ json: JSONValue) {
        guard let kind = json["kind"]?.stringValue, let name = json["name"]?.stringValue else { return nil }
        self.init(
            apiVersion: json["apiVersion"]?.stringValue ?? "", kind: kind, name: name,
            uid: json["uid"]?.stringValue ?? "", controller: json["controller"]?.boolValue ?? false,
            blockOwnerDeletion: json["blockOwnerDeletion"]?.boolValue ?? false)
    }

    /// The entry as it stands in an object.
    public var json: JSONValue {
        var json: JSONValue = [
            "apiVersion": .string(apiVersion), "kind": .string(kind), "name": .string(name), "uid": .string(uid),
        ]
        if controller { json["controller"] = true }
        if blockOwnerDeletion { json["blockOwnerDeletion"] = true }
        return json
    }
}
