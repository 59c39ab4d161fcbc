internal import APIMachinery
internal import HTTPTypes
internal import KubernetesClient

extension APIRequest {
    /// The JSON of the body, whatever format it came in, and the paths of keys given twice.
    func json(for definition: ResourceDefinition?) throws(StatusError) -> (value: JSONValue, duplicates: [String]) {
        // A parameter without a value makes a media type that is none.
        let parameters = (headers[.contentType] ?? "").split(separator: ";").dropFirst()
        switch parameters.allSatisfy({ $0.contains("=") }) ? contentType : "-" {
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

    /// - Parameter prefix: of the message when it is no JSON.
    static func json(
        _ bytes: [UInt8], prefix: String = "couldn't get version/kind; json parse error: "
    ) throws(StatusError) -> (value: JSONValue, duplicates: [String]) {
        var duplicates: [String] = []
        do {
            return (try JSONValue(parsing: bytes) { duplicates.append($0) }, duplicates)
        } catch {
            throw .badRequest(prefix + error.message)
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
    /// The body of a POST or PUT to a subresource with a kind of its own; nothing is an empty one.
    func sentSubresource(_ kind: String) throws(StatusError) -> JSONValue {
        if request.body.isEmpty { return .emptyObject }
        let value = try request.json(for: nil).value
        let given = value["kind"]?.stringValue ?? ""
        guard given.isEmpty || given == kind else {
            let version = (value["apiVersion"]?.stringValue ?? "").split(separator: "/").last.map(String.init) ?? ""
            let group = subresourceGroup(kind)
            throw .badRequest(
                "\(given) in version \"\(version)\" cannot be handled as a \(kind): converting (\(version).\(given)) to "
                    + "(\(group).\(kind)): unknown conversion")
        }
        return value
    }

    private func subresourceGroup(_ kind: String) -> String {
        if kind == "Scale" { return "autoscaling" }
        return ResourceDefinition.packageName(definition.extraSubresources.first { $0.kind == kind }?.group ?? "")
    }

    /// The object a create or replace sends, of the right kind and without fields its kind does not have.
    func sentObject(_ options: WriteOptions) throws -> (object: JSONValue, warnings: [String]) {
        var (value, duplicates) = try sentValue()
        // Kubernetes takes a body of `null` for an object without fields.
        if !definition.isCustom, value.isNull { value = .emptyObject }
        let object: JSONValue
        do {
            object = try checkedVersion(value)
        } catch {
            guard options.validation == .warn, definition.isCustom else { throw error }
            // Nothing is known of a version that is not served, so every field is unknown.
            let unknown = (value.objectValue ?? [:]).keys.filter { !["apiVersion", "kind", "metadata"].contains($0) }
            throw WarnedFailure(error: error, warnings: unknown.sorted().map { "unknown field \"\($0)\"" })
        }
        return try definition.decode(
            object, duplicateKeys: duplicates, validation: options.validation,
            keyOrder: { JSONKeyOrder(request.body).paths })
    }

    /// The body's value; what is no object of a built-in kind is told with a piece of it.
    private func sentValue() throws(StatusError) -> (value: JSONValue, duplicates: [String]) {
        do throws(StatusError) {
            let (value, duplicates) = try request.json(for: definition)
            if definition.isCustom || value.isNull || value.objectValue != nil { return (value, duplicates) }
            let kind = value.arrayValue != nil ? "array" : value.stringValue != nil ? "string" : "number"
            throw StatusError.badRequest(
                "couldn't get version/kind; json parse error: json: cannot unmarshal \(kind) into Go value of type "
                    + "struct { APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string "
                    + "\"json:\\\"kind,omitempty\\\"\" }")
        } catch {
            guard !definition.isCustom, error.message.hasPrefix("couldn't get version/kind") else { throw error }
            throw unrecognized(error.message)
        }
    }

    private func unrecognized(_ why: String) -> StatusError {
        let body = request.body
        let shown = body.prefix(30)
        let rest = body.count > 30 ? " ..." : ""
        let summary =
            if body.isEmpty {
                "<empty>"
            } else if body.first == UInt8(ascii: "{") {
                String(decoding: shown, as: UTF8.self) + rest
            } else {
                shown.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() + rest
            }
        return .badRequest(
            "the object provided is unrecognized (must be of type \(definition.kind)): \(why) (\(summary))")
    }

    /// A custom object must be of the version of its path; a built-in kind's path decides what a body without a version
    /// is.
    func checkedVersion(_ value: JSONValue) throws(StatusError) -> JSONValue {
        let version = value["apiVersion"]?.stringValue ?? ""
        if !definition.isCustom { try checkBuiltinVersion(version, value) }
        guard definition.isCustom, value["kind"]?.stringValue != nil, version != definition.apiVersion else {
            return value
        }
        if version.isEmpty { throw .badRequest("Object 'apiVersion' is missing in '\(value.text())'") }
        throw .badRequest(
            "the API version in the data (\(version)) does not match the expected API version (\(definition.apiVersion))"
        )
    }

    private func checkBuiltinVersion(_ version: String, _ value: JSONValue) throws(StatusError) {
        let parts = version.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.count > 2 { throw unrecognized("unexpected GroupVersion string: \(version)") }
        guard let kind = value["kind"]?.stringValue, kind == definition.kind, !version.isEmpty,
            version != definition.apiVersion
        else { return }
        guard !BuiltinKinds.all.contains(where: { $0.apiVersion == version && $0.kind == kind }) else { return }
        throw .badRequest(
            "\(kind) in version \"\(parts.last ?? "")\" cannot be handled as a \(kind): "
                + BuiltinKinds.unregistered(kind, apiVersion: version))
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
