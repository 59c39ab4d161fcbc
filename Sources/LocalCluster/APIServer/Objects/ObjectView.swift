internal import APIMachinery
internal import Hummingbird
internal import KubernetesClient

extension ObjectRequest {
    /// The object in the version asked for, with defaults its schema has got since it was written.
    func view(_ stored: StoredObject) -> JSONValue { view(stored.value()) }

    /// A stored object's value, as ``stored(_:)`` makes it.
    func view(_ value: JSONValue) -> JSONValue {
        var object = value
        object["apiVersion"] = .string(definition.apiVersion)
        object["kind"] = .string(definition.kind)
        if definition.isEventView { return EventView.fromCore(object) }
        return definition.fromStorage(object)
    }

    /// The same of an object just written, without reading it again.
    func view(_ stored: StoredObject, madeOf value: JSONValue) -> JSONValue {
        // What the server adds to a definition of kinds is only in the object.
        if definition.isDefinitionOfKinds { return view(stored) }
        var value = value
        value[path: ["metadata", "resourceVersion"]] = .string(String(stored.revision))
        return view(value)
    }

    /// The object as it is stored, whatever version it came in.
    func stored(_ object: JSONValue) -> JSONValue {
        guard definition.storageKey == "events" else { return definition.toStorage(object) }
        return EventView.withTimes(definition.isEventView ? EventView.toCore(object) : object)
    }

    /// Whether the stored bytes are what a client is shown.
    var showsStoredBytes: Bool { !definition.isCustom && !definition.isEventView }

    func representation() throws(StatusError) -> Representation {
        try Representation.negotiate(request.headers[.accept])
    }

    /// One object as the client wants to see it.
    func answer(_ object: JSONValue, status: Int = 200, warnings: [String] = []) throws(StatusError) -> Response {
        let response: Response =
            switch try representation() {
            case .full, .partialList: .json(object, status: status)
            case .partialObject: .json(object.partialMetadata, status: status)
            case .table:
                .json(
                    try Table(self).json(
                        [object],
                        metadata: ["resourceVersion": object[path: ["metadata", "resourceVersion"]] ?? ""]),
                    status: status)
            }
        return response.with(warnings: warnings)
    }
}

extension JSONValue {
    /// The object's metadata alone.
    var partialMetadata: JSONValue {
        ["apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata", "metadata": self["metadata"] ?? .emptyObject]
    }
}
