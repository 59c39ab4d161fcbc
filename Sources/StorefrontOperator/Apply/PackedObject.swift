import KubernetesClient

/// How caches keep what the operator made: what is asked of every object at once, and the rest as one text. A thousand
/// shops are sixty thousand objects, and as trees they would take five times the memory.
enum PackedObject {
    private static let content = "packed"
    private static let fingerprint = "fingerprint"
    private static let fields = [
        "name", "namespace", "uid", "resourceVersion", "generation", "deletionTimestamp", "finalizers",
    ]

    /// An informer's `transform`. Of all but the status there is a hash, by which a change is noticed.
    @Sendable
    static func pack(_ object: inout UntypedObject) {
        var metadata: JSONValue = [:]
        for field in fields { metadata[field] = object["metadata", field] }
        for label in [Labels.instance, Labels.service] {
            metadata[path: ["labels", label]] = object["metadata", "labels", label]
        }
        metadata["annotations"] = [fingerprint: .string(Fingerprint.of(described(object).text()))]
        object = UntypedObject(["metadata": metadata, content: .string(object.json.text())])
    }

    /// What of an object matters besides its status: not every kind has a generation that tells of changes.
    private static func described(_ object: UntypedObject) -> JSONValue {
        var object = object
        for field in ["resourceVersion", "generation"] { object["metadata", field] = nil }
        object.status = nil
        return object.json
    }

    /// The whole object; one that is not packed is whole already.
    static func unpack(_ object: UntypedObject) -> UntypedObject {
        guard let text = object.json[content]?.stringValue, let json = try? JSONValue(parsing: text) else {
            return object
        }
        return UntypedObject(json)
    }
}
