import KubernetesClient

/// The part of a kustomization that gathers, places and labels objects.
struct Kustomization: Sendable, Equatable {
    var resources: [String]
    var namespace: String?
    var labels: [String: String]

    /// - Throws: `manifestInvalid` for anything this part does not cover.
    init(_ json: JSONValue, file: String) throws(LocalClusterError) {
        let known: Set<String> = ["apiVersion", "kind", "resources", "namespace", "labels"]
        if let other = json.objectValue?.keys.sorted().first(where: { !known.contains($0) }) {
            throw LocalClusterError(
                .manifestInvalid, "\(file): `\(other)` is not understood here; use `kubectl apply -k`.")
        }
        resources = json["resources"]?.arrayValue?.compactMap(\.stringValue) ?? []
        namespace = json["namespace"]?.stringValue
        labels = [:]
        for entry in json["labels"]?.arrayValue ?? [] {
            guard Set(entry.objectValue?.keys.map { $0 } ?? []) == ["pairs"], let pairs = entry["pairs"]?.stringMapValue
            else {
                throw LocalClusterError(
                    .manifestInvalid,
                    "\(file): only labels with `pairs` alone are understood here; use `kubectl apply -k`.")
            }
            labels.merge(pairs) { $1 }
        }
    }

    func transform(_ object: UntypedObject) -> UntypedObject {
        var object = object
        if !labels.isEmpty { object.labels = object.labels.merging(labels) { $1 } }
        if let namespace, !Self.clusterScoped.contains(object.kind) { object.namespace = namespace }
        return object
    }

    private static let clusterScoped: Set<String> = [
        "Namespace", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "IngressClass", "PriorityClass",
        "StorageClass", "PersistentVolume",
    ]
}
