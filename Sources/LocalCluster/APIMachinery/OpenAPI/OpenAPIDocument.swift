public import KubernetesClient

/// The OpenAPI v3 documents that kubectl reads.
public enum OpenAPIDocument {
    /// `/openapi/v3`: every group version with a URL that changes when its document does.
    public static func index(_ definitions: [ResourceDefinition]) -> JSONValue { [:] }

    /// `/openapi/v3/apis/G/V` (`/openapi/v3/api/v1`).
    public static func document(group: String, version: String, _ definitions: [ResourceDefinition]) -> JSONValue {
        [:]
    }
}
