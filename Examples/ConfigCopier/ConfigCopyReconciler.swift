import KubernetesClient
import KubernetesRuntime

/// Makes, refreshes and removes the copies that one ConfigCopy asks for.
struct ConfigCopyReconciler: ResourceReconciler {
    /// On every copy: the UID of the ConfigCopy it is for.
    static let label = "example.com/config-copy"

    let client: KubernetesClient

    func reconcile(_ resource: ConfigCopy) async throws -> Reconciled<ConfigCopy.Status> {
        let spec = try resource.spec()
        let namespaces = Set(spec.namespaces).subtracting([resource.namespace ?? ""])
        guard let source = try await client.find(.configMap, spec.configMap, namespace: resource.namespace) else {
            try await removeCopies(of: resource) { _ in true }
            return show(resource, copies: 0, trouble: "There is no ConfigMap \(spec.configMap).")
        }
        try await removeCopies(of: resource) { $0.name != source.name || !namespaces.contains($0.namespace ?? "") }
        var refused: [String] = []
        for namespace in namespaces.sorted() where try await !copy(source, to: namespace, for: resource) {
            refused.append(namespace)
        }
        let trouble = refused.isEmpty ? nil : "No copy in \(refused.joined(separator: ", "))."
        return show(resource, copies: namespaces.count - refused.count, trouble: trouble)
    }

    func cleanUp(_ resource: ConfigCopy) async throws { try await removeCopies(of: resource) { _ in true } }

    /// Answers false where a copy cannot be: there is no such namespace, or somebody else's ConfigMap has the name.
    private func copy(_ source: UntypedObject, to namespace: String, for resource: ConfigCopy) async throws -> Bool {
        let present = try await client.find(.configMap, source.name, namespace: namespace, metadataOnly: true)
        if let present, present.labels[Self.label] != resource.uid { return false }
        let labels = [Self.label: resource.uid]
        var copy = UntypedObject(.configMap, name: source.name, namespace: namespace, labels: labels)
        copy["data"] = source["data"]
        copy["binaryData"] = source["binaryData"]
        do throws(KubernetesError) {
            try await client.apply(.configMap, copy, fieldManager: "config-copier")
        } catch {
            guard error.isNotFound || error.isNamespaceTerminating else { throw error }
            return false
        }
        return true
    }

    /// Asks the server and not a cache, so that no copy is forgotten.
    private func removeCopies(of resource: ConfigCopy, where isWrong: (UntypedObject) -> Bool) async throws {
        let ours = ListOptions(labelSelector: "\(Self.label)=\(resource.uid)")
        for copy in try await client.listAll(.configMap, options: ours, metadataOnly: true).items where isWrong(copy) {
            try await client.deleteIfPresent(.configMap, copy)
        }
    }

    private func show(_ resource: ConfigCopy, copies: Int, trouble: String?) -> Reconciled<ConfigCopy.Status> {
        let ready = StatusCondition(
            "Ready", trouble == nil, reason: trouble == nil ? "Copied" : "Incomplete",
            message: trouble ?? "All copies are there.", generation: resource.generation)
        // Nobody tells of a namespace that is made later: look again now and then.
        return Reconciled(
            status: ConfigCopy.Status(copies: copies, conditions: [ready]),
            next: trouble == nil ? .done : .requeue(after: .seconds(30)))
    }
}
