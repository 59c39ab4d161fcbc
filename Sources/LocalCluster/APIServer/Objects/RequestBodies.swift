internal import APIMachinery
internal import KubernetesClient

extension APIRequest {
    /// The JSON of the body, whatever format it came in, and the paths of keys given twice.
    func json(for definition: ResourceDefinition?) throws(StatusError) -> (value: JSONValue, duplicates: [String]) {
        switch contentType {
        case "", "application/json", "*/*": return try Self.json(body)
        case "application/yaml": return try Self.yaml(body)
        case "application/vnd.kubernetes.protobuf": return (try ProtobufBody.decode(body, as: definition), [])
        default:
            throw StatusError(
                code: 415, reason: "UnsupportedMediaType",
                message: "the body of the request was in an unknown format - accepted media types include: "
                    + "application/json, application/yaml, application/vnd.kubernetes.protobuf")
        }
    }

    static func json(_ bytes: [UInt8]) throws(StatusError) -> (value: JSONValue, duplicates: [String]) {
        var duplicates: [String] = []
        do {
            return (try JSONValue(parsing: bytes) { duplicates.append($0) }, duplicates)
        } catch {
            throw .badRequest("couldn't get version/kind; json parse error: \(error.message)")
        }
    }

    static func yaml(_ bytes: [UInt8]) throws(StatusError) -> (value: JSONValue, duplicates: [String]) {
        if let json = try? json(bytes) { return json }
        do {
            return (try JSONValue(yaml: String(decoding: bytes, as: UTF8.self)), [])
        } catch {
            throw .badRequest("error decoding YAML: \(error)")
        }
    }
}

extension ObjectRequest {
    /// The object a create or replace sends, of the right kind and without fields its kind does not have.
    func sentObject(_ options: WriteOptions) throws -> (object: JSONValue, warnings: [String]) {
        let (value, duplicates) = try request.json(for: definition)
        let object: JSONValue
        do {
            object = try checkedVersion(value)
        } catch {
            guard options.validation == .warn else { throw error }
            // Nothing is known of a version that is not served, so every field is unknown.
            let unknown = (value.objectValue ?? [:]).keys.filter { !["apiVersion", "kind", "metadata"].contains($0) }
            throw WarnedFailure(error: error, warnings: unknown.sorted().map { "unknown field \"\($0)\"" })
        }
        return try definition.decode(object, duplicateKeys: duplicates, validation: options.validation)
    }

    /// A custom object must be of the version of its path; a built-in kind's path decides what a body without a version is.
    func checkedVersion(_ value: JSONValue) throws(StatusError) -> JSONValue {
        let version = value["apiVersion"]?.stringValue ?? ""
        guard definition.isCustom, value["kind"]?.stringValue != nil, version != definition.apiVersion else {
            return value
        }
        if version.isEmpty { throw .badRequest("Object 'apiVersion' is missing in '\(value.text())'") }
        throw .badRequest(
            "the API version in the data (\(version)) does not match the expected API version (\(definition.apiVersion))"
        )
    }

    /// The sent object with the namespace of the path.
    func inNamespace(_ object: JSONValue) throws(StatusError) -> JSONValue {
        var object = object
        let sent = object[path: ["metadata", "namespace"]]?.stringValue ?? ""
        if definition.namespaced {
            guard sent.isEmpty || sent == namespace else {
                throw .badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request")
            }
            object[path: ["metadata", "namespace"]] = .string(namespace)
        } else {
            object[path: ["metadata", "namespace"]] = nil
        }
        return object
    }
}
