import KubernetesClient

/// ConfigMaps, Secrets, claims and events.
extension BuiltinValidation {
    private static let maximumSize = 1_048_576

    mutating func configMap(_ object: JSONValue, _ old: JSONValue?) {
        let data = object["data"]?.objectValue ?? [:]
        let binary = object["binaryData"]?.objectValue ?? [:]
        keys(data, "data")
        keys(binary, "binaryData")
        for key in data.keys.sorted() where binary[key] != nil {
            fail(.invalid("data[\(key)]", .string(key), "duplicate of key present in binaryData"))
        }
        let size = data.values.reduce(0) { $0 + ($1.stringValue?.utf8.count ?? 0) } + decodedSize(binary)
        if size > Self.maximumSize { fail(.tooLong("[]", maximum: Self.maximumSize)) }
        unchangedWhenImmutable(["data", "binaryData"], object, old)
    }

    mutating func secret(_ object: JSONValue, _ old: JSONValue?) {
        let data = object["data"]?.objectValue ?? [:]
        keys(data, "data")
        if decodedSize(data) > Self.maximumSize { fail(.tooLong("data", maximum: Self.maximumSize)) }
        immutable(["type"], object, old)
        switch object["type"]?.stringValue {
        case "kubernetes.io/tls": requireKeys(["tls.crt", "tls.key"], data)
        case "kubernetes.io/basic-auth":
            if data["username"] == nil, data["password"] == nil { requireKeys(["username", "password"], data) }
        case "kubernetes.io/ssh-auth": requireKeys(["ssh-privatekey"], data)
        case "kubernetes.io/dockerconfigjson": jsonKey(".dockerconfigjson", data)
        case "kubernetes.io/dockercfg": jsonKey(".dockercfg", data)
        case "kubernetes.io/service-account-token":
            let name = object[path: ["metadata", "annotations", "kubernetes.io/service-account.name"]]
            require(name != nil, .required("metadata.annotations[kubernetes.io/service-account.name]"))
        default: break
        }
        unchangedWhenImmutable(["data"], object, old)
    }

    private mutating func keys(_ data: [String: JSONValue], _ path: String) {
        for key in data.keys.sorted() {
            for fault in Names.faultsOfConfigKey(key) { fail(.invalid("\(path)[\(key)]", .string(key), fault)) }
        }
    }

    private func decodedSize(_ data: [String: JSONValue]) -> Int {
        data.values.reduce(0) { $0 + (($1.stringValue?.utf8.count ?? 0) / 4 * 3) }
    }

    private mutating func requireKeys(_ names: [String], _ data: [String: JSONValue]) {
        for name in names where data[name] == nil { fail(.required("data[\(name)]")) }
    }

    private mutating func jsonKey(_ name: String, _ data: [String: JSONValue]) {
        guard let text = data[name]?.stringValue, let bytes = Base64.decode(text) else {
            return fail(.required("data[\(name)]"))
        }
        do throws(JSONTextError) {
            _ = try JSONValue(parsing: bytes)
        } catch {
            var message = "unexpected end of JSON input"
            if error.offset < bytes.count {
                let found = Unicode.Scalar(bytes[error.offset])
                message = error.message.replacing("invalid character ", with: "invalid character '\(found)' ")
            }
            fail(FieldError(.invalid, "data[\(name)]", shown: "\"<secret contents redacted>\"", message))
        }
    }

    private mutating func unchangedWhenImmutable(_ fields: [String], _ object: JSONValue, _ old: JSONValue?) {
        guard let old, old["immutable"] == true else { return }
        for field in ["immutable"] + fields where object[field] != old[field] {
            fail(.forbidden(field, "field is immutable when `immutable` is set"))
        }
    }

    /// - Parameter isBound: whether a volume was found; only then the amount can grow.
    mutating func claim(_ spec: JSONValue, _ old: JSONValue?, _ path: String = "spec", isBound: Bool = false) {
        if let old {
            var (new, before) = (spec, old)
            for field in (isBound ? ["resources", "volumeAttributesClassName"] : [])
                + (old["volumeName"] == nil ? ["volumeName"] : [])
            {
                new[field] = nil
                before[field] = nil
            }
            require(
                new == before,
                .forbidden(
                    "spec",
                    "spec is immutable after creation except resources.requests and volumeAttributesClassName for "
                        + "bound claims"))
        } else {
            newClaim(spec, path)
        }
    }

    mutating func namespace(_ object: JSONValue, _ old: JSONValue?) {
        for (index, finalizer) in (object[path: ["spec", "finalizers"]]?.arrayValue ?? []).enumerated() {
            guard let name = finalizer.stringValue, name != "kubernetes", !name.contains("/") else { continue }
            fail(
                .invalid(
                    "spec.finalizers[\(index)]", finalizer,
                    "name is neither a standard finalizer name nor is it fully qualified"))
        }
        if old != nil { phase(of: object) }
    }

    private mutating func newClaim(_ spec: JSONValue, _ path: String) {
        let modes = spec["accessModes"]?.arrayValue ?? []
        if modes.isEmpty { fail(.required("\(path).accessModes", "at least 1 access mode is required")) }
        for mode in modes {
            choice(
                mode, "\(path).accessModes", ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"])
        }
        if modes.contains("ReadWriteOncePod"), modes.count > 1 {
            fail(.forbidden("\(path).accessModes", "may not use ReadWriteOncePod with other access modes"))
        }
        if let storage = spec[path: ["resources", "requests", "storage"]] {
            if storage.stringValue.flatMap(Quantity.value) ?? 1 <= 0 {
                fail(.invalid("\(path).resources[storage]", storage, "must be greater than zero"))
            }
        } else {
            fail(.required("\(path).resources[storage]"))
        }
        for field in ["storageClassName", "volumeAttributesClassName"] {
            text(spec[field], "\(path).\(field)", Names.faultsOfSubdomain)
        }
        choice(spec["volumeMode"], "\(path).volumeMode", ["Block", "Filesystem"])
        if let selector = spec["selector"] { expressions(selector, "\(path).selector") }
    }
}
