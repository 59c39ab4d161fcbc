import KubernetesClient
import KubernetesRuntime

/// How caches keep what the operator made: what is asked of every object at once, and the rest as text. A thousand shops
/// are fifty thousand objects, and as trees they would take four times the memory.
enum PackedObject {
    private static let content = "content"
    private static let status = "statusText"
    private static let shop = "shop"
    /// Metadata that changes with every write, or every change of the spec, and so is not in the text.
    private static let fleeting = ["resourceVersion", "generation"]

    /// An informer's `transform`.
    @Sendable
    static func pack(_ object: inout UntypedObject) { pack(&object, keepsStatus: true) }

    /// The same for kinds of whose status nobody asks.
    @Sendable
    static func packWithoutStatus(_ object: inout UntypedObject) { pack(&object, keepsStatus: false) }

    private static func pack(_ object: inout UntypedObject, keepsStatus: Bool) {
        guard case .object(var members) = object.json, case .object(var metadata) = members["metadata"] else { return }
        // What is changed in place must not be held elsewhere.
        object.json = .null
        var kept: [String: JSONValue] = [:]
        for field in ["name", "namespace"] + fleeting { kept[field] = metadata[field] }
        kept[shop] = metadata["labels"]?[Labels.instance]
        for field in fleeting { metadata[field] = nil }
        let statusText = members.removeValue(forKey: "status")
        members["metadata"] = .object(metadata)
        var packed: [String: JSONValue] = [
            "metadata": .object(kept), content: .string(JSONValue.object(members).text()),
        ]
        if keepsStatus, let statusText { packed[status] = .string(statusText.text()) }
        object.json = .object(packed)
    }

    /// The whole object; one that is not packed is whole already.
    static func unpack(_ object: UntypedObject) -> UntypedObject {
        guard let text = object.json[content]?.stringValue, let json = try? JSONValue(parsing: text) else {
            return object
        }
        var whole = UntypedObject(json)
        for field in fleeting { whole["metadata", field] = object["metadata", field] }
        whole.status = object.json[status]?.stringValue.flatMap { try? JSONValue(parsing: $0) }
        return whole
    }

    /// The name of the Storefront that an object was made for, packed or whole, as its label says.
    static func shop(of object: UntypedObject) -> String? {
        (object["metadata", shop] ?? object["metadata", "labels", Labels.instance])?.stringValue
    }

    /// Whether something has changed besides the status. Not every kind has a generation that tells of it.
    @Sendable
    static func isNews(_ event: InformerEvent) -> Bool {
        guard case .updated(let old, let new) = event else { return true }
        return old.json[content] != new.json[content] || old.generation != new.generation
    }
}
