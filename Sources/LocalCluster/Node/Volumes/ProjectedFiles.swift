import Foundation
import KubernetesClient

/// What a pod's volumes and environment are made of.
struct PodSources: Sendable {
    /// The ConfigMap or Secret of the pod's namespace with a name, `nil` when there is none.
    var configMap: @Sendable (String) -> UntypedObject?
    var secret: @Sendable (String) -> UntypedObject?
    /// A token of the pod's ServiceAccount: audience (empty for the default) and lifetime in seconds.
    var token: @Sendable (String, Int) async throws -> String
    var fields: PodFields
}

/// The files of configMap, secret, downwardAPI and projected volumes by their path in the volume.
struct ProjectedFiles {
    let sources: PodSources
    private(set) var files: [String: VolumeFile] = [:]

    /// - Returns: `nil` when the volume is of another type.
    /// - Throws: ``NodeError`` with the kubelet's words when something is missing that is not optional.
    static func files(of volume: JSONValue, _ sources: PodSources) async throws -> [String: VolumeFile]? {
        var projection = ProjectedFiles(sources: sources)
        if let source = volume["configMap"] {
            try projection.addConfigMap(source, name: source["name"], mode: mode(source))
        } else if let source = volume["secret"] {
            try projection.addSecret(source, name: source["secretName"], mode: mode(source))
        } else if let source = volume["downwardAPI"] {
            try projection.addFields(source, mode: mode(source))
        } else if let source = volume["projected"] {
            for part in source["sources"]?.arrayValue ?? [] { try await projection.add(part, mode: mode(source)) }
        } else {
            return nil
        }
        return projection.files
    }

    private static func mode(_ source: JSONValue) -> UInt16 {
        UInt16(clamping: source["defaultMode"]?.intValue ?? 0o644)
    }

    private mutating func add(_ part: JSONValue, mode: UInt16) async throws {
        if let source = part["configMap"] { try addConfigMap(source, name: source["name"], mode: mode) }
        if let source = part["secret"] { try addSecret(source, name: source["name"], mode: mode) }
        if let source = part["downwardAPI"] { try addFields(source, mode: mode) }
        if let source = part["serviceAccountToken"] {
            let path = source["path"]?.stringValue ?? "token"
            let token = try await sources.token(
                source["audience"]?.stringValue ?? "", source["expirationSeconds"]?.intValue ?? 3600)
            files[path] = VolumeFile(bytes: Array(token.utf8), mode: mode)
        }
    }

    private mutating func addConfigMap(_ source: JSONValue, name: JSONValue?, mode: UInt16) throws {
        let name = name?.stringValue ?? ""
        let object = sources.configMap(name)
        var data = (object?.json["data"]?.stringMapValue ?? [:]).mapValues { Array($0.utf8) }
        for (key, value) in object?.json["binaryData"]?.stringMapValue ?? [:] { data[key] = Self.decode(value) }
        try add(
            object.map { _ in data }, "configmap \"\(name)\"", "configmap references non-existent config key", source,
            mode: mode)
    }

    private mutating func addSecret(_ source: JSONValue, name: JSONValue?, mode: UInt16) throws {
        let name = name?.stringValue ?? ""
        let data = sources.secret(name).map { object in
            (object.json["data"]?.stringMapValue ?? [:]).mapValues(Self.decode)
        }
        try add(data, "secret \"\(name)\"", "references non-existent secret key", source, mode: mode)
    }

    private mutating func add(
        _ data: [String: [UInt8]]?, _ what: String, _ missingKey: String, _ source: JSONValue, mode: UInt16
    ) throws {
        let isOptional = source["optional"]?.boolValue ?? false
        guard let data else {
            if isOptional { return }
            throw NodeError(.missingConfiguration, "\(what) not found")
        }
        guard let items = source["items"]?.arrayValue, !items.isEmpty else {
            for (key, bytes) in data { files[key] = VolumeFile(bytes: bytes, mode: mode) }
            return
        }
        for item in items {
            let key = item["key"]?.stringValue ?? ""
            guard let bytes = data[key] else {
                if isOptional { continue }
                throw NodeError(.missingConfiguration, "\(missingKey): \(key)")
            }
            files[item["path"]?.stringValue ?? key] = VolumeFile(
                bytes: bytes, mode: item["mode"]?.intValue.map { UInt16(clamping: $0) } ?? mode)
        }
    }

    private mutating func addFields(_ source: JSONValue, mode: UInt16) throws {
        for item in source["items"]?.arrayValue ?? [] {
            let text =
                if let field = item[path: ["fieldRef", "fieldPath"]]?.stringValue {
                    try sources.fields.field(field)
                } else {
                    try sources.fields.resource(item["resourceFieldRef"] ?? .emptyObject, container: nil)
                }
            files[item["path"]?.stringValue ?? ""] = VolumeFile(
                bytes: Array(text.utf8), mode: item["mode"]?.intValue.map { UInt16(clamping: $0) } ?? mode)
        }
    }

    static func decode(_ base64: String) -> [UInt8] { Data(base64Encoded: base64).map { Array($0) } ?? [] }
}
