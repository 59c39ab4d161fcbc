import Crypto
public import KubernetesClient

/// The OpenAPI v3 documents that kubectl reads.
public enum OpenAPIDocument {
    /// `/openapi/v3`: every group version with a URL that changes when its document does.
    public static func index(_ definitions: [ResourceDefinition]) -> JSONValue {
        var paths: [String: JSONValue] = [:]
        func add(_ path: String, hash: String? = nil) {
            let url = "/openapi/v3/\(path)" + (hash.map { "?hash=\($0)" } ?? "")
            paths[path] = ["serverRelativeURL": .string(url)]
        }
        for path in ["api", "apis", "version"] { add(path) }
        for (group, version) in Set(definitions.map { [$0.group, $0.version] }).map({ ($0[0], $0[1]) }) {
            let content = document(group: group, version: version, definitions).bytes()
            let digits = Array("0123456789ABCDEF")
            let hash = String(SHA256.hash(data: content).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
            if !group.isEmpty { add("apis/\(group)") }
            add(group.isEmpty ? "api/\(version)" : "apis/\(group)/\(version)", hash: hash)
        }
        return ["paths": .object(paths)]
    }

    /// `/openapi/v3/apis/G/V` (`/openapi/v3/api/v1`).
    public static func document(group: String, version: String, _ definitions: [ResourceDefinition]) -> JSONValue {
        document(of: definitions.filter { $0.group == group && $0.version == version })
    }

    /// One document of all of these.
    static func document(of definitions: [ResourceDefinition]) -> JSONValue {
        var schemas = OpenAPISchemas()
        var paths: [String: JSONValue] = [:]
        for definition in definitions {
            let name = schemas.add(definition)
            paths.merge(OpenAPIPaths(definition: definition, schema: name).paths) { $1 }
        }
        return [
            "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.36.0"], "paths": .object(paths),
            "components": ["schemas": .object(schemas.schemas)],
        ]
    }
}
