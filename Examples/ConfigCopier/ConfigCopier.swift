import KubernetesClient
import KubernetesRuntime

/// An operator that makes ConfigCopies so, for the cluster of its pod or of `KUBECONFIG`.
@main
struct ConfigCopier {
    static func main() async throws {
        try await OperatorProcess("config-copier") { client, _ in controllers(client) }.runUntilSignalled()
    }

    static func controllers(_ client: KubernetesClient) -> ControllerSet {
        let resources = Informer(
            client, ConfigCopy.resourceKind,
            indexes: [
                "uid": { [$0.uid] },
                "source": { ["\($0.namespace ?? "")/\($0["spec", "configMap"]?.stringValue ?? "")"] },
            ])
        // Of all the ConfigMaps of the cluster, keep those that a ConfigCopy names, and of these not the contents.
        let sources = Informer(
            client, .configMap, metadataOnly: true,
            keeps: { !resources.store.objects(index: "source", value: "\($0.key)").isEmpty })
        let copies = Informer(client, .configMap, labelSelector: ConfigCopyReconciler.label, metadataOnly: true)
        let controller = Controller(
            "config-copier", for: resources,
            watching: [
                .indexed(sources, in: resources, "source") { "\($0.key)" },
                .indexed(copies, in: resources, "uid") { $0.labels[ConfigCopyReconciler.label] },
            ],
            finalizer: "example.com/config-copies", reconciler: ConfigCopyReconciler(client: client))
        return ControllerSet([controller])
    }
}
