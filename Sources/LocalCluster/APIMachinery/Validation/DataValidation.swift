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
            let message = error.offset >= bytes.count ? "unexpected end of JSON input" : error.message
            fail(FieldError(.invalid, "data[\(name)]", shown: "\"<secret contents redacted>\"", message))
        }
    }

    private mutating func unchangedWhenImmutable(_ fields: [String], _ object: JSONValue, _ old: JSONValue?) {
        guard let old, old["immutable"] == true else { return }
        for field in ["immutable"] + fields where object[field] != old[field] {
            fail(.forbidden(field, "field is immutable when `immutable` is set"))
        }
    }

    mutating func claim(_ spec: JSONValue, _ old: JSONValue?) {
        if let old {
            var (new, before) = (spec, old)
            for field in ["resources", "volumeAttributesClassName"] + (old["volumeName"] == nil ? ["volumeName"] : []) {
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
            require(spec["accessModes"] != nil, .required("spec.accessModes", "at least 1 access mode is required"))
            require(
                spec[path: ["resources", "requests", "storage"]] != nil,
                .required("spec.resources[storage]"))
        }
    }

    mutating func event(_ object: JSONValue, _ old: JSONValue?, _ definition: ResourceDefinition) {
        let modern = definition.group == "events.k8s.io"
        let subject = modern ? "regarding" : "involvedObject"
        let namespace = object[path: ["metadata", "namespace"]] ?? ""
        let about = object[path: [subject, "namespace"]] ?? ""
        if about != namespace, !(about == "" && namespace == "default") {
            fail(.invalid("involvedObject.namespace", about, "does not match event.namespace"))
        }
        guard modern else { return }
        guard let old else { return newEvent(object) }
        for field in [
            "reason", "action", "note", "type", "eventTime", "reportingController", "reportingInstance", "regarding",
        ]
        where object[field] != old[field] {
            let error = FieldError.invalid(field, object[field] ?? .null, "field is immutable")
            fail(error)
            fail(error)
        }
    }

    private mutating func newEvent(_ event: JSONValue) {
        for field in ["reportingController", "reportingInstance", "action", "reason"]
        where (event[field]?.stringValue ?? "").isEmpty {
            fail(.required(field))
        }
        let controller = event["reportingController"]?.stringValue ?? ""
        for fault in Names.faultsOfQualifiedName(controller) {
            fail(.invalid("reportingController", .string(controller), fault))
        }
        if event["eventTime"] == .null { fail(.required("eventTime")) }
        let type = event["type"]?.stringValue ?? ""
        if type != "Normal", type != "Warning" { fail(.invalid("type", "", "has invalid value: \(type)")) }
    }
}
