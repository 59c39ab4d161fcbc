import KubernetesClient
import KubernetesRuntime

/// Keeps copies of a ConfigMap in other namespaces.
struct ConfigCopy: CustomResource {
    static let resourceKind = ResourceKind(
        group: "example.com", version: "v1", plural: "configcopies", kind: "ConfigCopy")

    struct Spec: Codable {
        /// A ConfigMap beside the ConfigCopy.
        var configMap: String
        /// Where to copy it to.
        var namespaces: [String]
    }

    struct Status: Codable {
        /// How many copies there are.
        var copies: Int?
        var conditions: [StatusCondition]?
    }

    var untyped: UntypedObject
}
