import KubernetesClient

/// How caches keep what the operator made: what is asked of every object at once, and the rest as text. A thousand shops
/// are sixty thousand objects, and as trees they would take four times the memory.
enum PackedObject {
    private static let content = "content"
    private static let status = "statusText"
    private static let fingerprint = "fingerprint"
    /// Metadata that is kept as it is. What changes with every write is not in the text.
    private static let fields = [
        "name", "namespace", "uid", "resourceVersion", "generation", "deletionTimestamp", "finalizers",
    ]
    private static let fleeting = ["resourceVersion", "generation"]

    /// An informer's `transform`. Of all but the status there is a hash, by which a change is noticed: not every kind has
    /// a generation that tells of it.
    @Sendable
    static func pack(_ object: inout UntypedObject) {
        var metadata: JSONValue = [:]
        for field in fields { metadata[field] = object["metadata", field] }
        for label in [Labels.instance, Labels.service] {
            metadata[path: ["labels", label]] = object["metadata", "labels", label]
        }
        let statusText = object.status?.text()
        object.status = nil
        for field in fleeting { object["metadata", field] = nil }
        let text = object.json.text()
        metadata["annotations"] = [fingerprint: .string(String(text.hashValue))]
        var packed: JSONValue = ["metadata": metadata, content: .string(text)]
        packed[status] = statusText.map { .string($0) }
        object = UntypedObject(packed)
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
}
