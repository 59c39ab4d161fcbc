import KubernetesClient

/// How caches keep what the operator made: what is asked of every object at once, and the rest as text. A thousand shops
/// are fifty thousand objects, and as trees they would take four times the memory.
enum PackedObject {
    private static let content = "content"
    private static let status = "statusText"
    private static let fingerprint = "fingerprint"
    /// Metadata that changes with every write, or every change of the spec, and so is not in the text.
    private static let fleeting = ["resourceVersion", "generation"]
    private static let shown = ["name", "namespace"] + fleeting

    /// An informer's `transform`. Of all but the status there is a hash, by which a change is noticed: not every kind has
    /// a generation that tells of it.
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
        for field in shown { kept[field] = metadata[field] }
        for field in fleeting { metadata[field] = nil }
        var labels: [String: JSONValue] = [:]
        for label in [Labels.instance, Labels.service] { labels[label] = metadata["labels"]?[label] }
        let statusText = members.removeValue(forKey: "status")
        members["metadata"] = .object(metadata)
        let text = JSONValue.object(members).text()
        labels[fingerprint] = .string(String(text.hashValue, radix: 36))
        kept["labels"] = .object(labels)
        var packed: [String: JSONValue] = ["metadata": .object(kept), content: .string(text)]
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
}
