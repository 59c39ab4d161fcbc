import KubernetesClient

/// Applies objects of any kind in the order an API server can take them: definitions first, and what needs them
/// after they are established.
struct Installer: Sendable {
    static let fieldManager = "storefront-local"

    let client: KubernetesClient

    func apply(_ objects: [UntypedObject]) async throws {
        let definitions = objects.filter { $0.kind == "CustomResourceDefinition" }
        let namespaces = objects.filter { $0.kind == "Namespace" }
        let others = objects.filter { !["CustomResourceDefinition", "Namespace"].contains($0.kind) }
        for object in definitions + namespaces { try await applyOne(object) }
        for definition in definitions { try await waitUntilEstablished(definition.name) }
        for object in others { try await applyOne(object) }
    }

    private func applyOne(_ object: UntypedObject) async throws {
        let kind = try await kind(of: object)
        var object = object
        if kind.isNamespaced, object.namespace == nil { object.namespace = "default" }
        try await client.apply(kind, object, fieldManager: Self.fieldManager)
    }

    private func kind(of object: UntypedObject) async throws -> ResourceKind {
        if let known = try await client.resourceKind(apiVersion: object.apiVersion, kind: object.kind) { return known }
        throw LocalClusterError(
            .manifestInvalid, "The cluster has no kind \(object.kind) in \(object.apiVersion) (\(object.name)).")
    }

    private func waitUntilEstablished(_ name: String) async throws {
        let deadline = ContinuousClock.now + .seconds(20)
        while true {
            let definition = try await client.get(.customResourceDefinition, name)
            let conditions = definition["status", "conditions"]?.arrayValue ?? []
            if conditions.contains(where: { $0["type"] == "Established" && $0["status"] == "True" }) { return }
            guard ContinuousClock.now < deadline else {
                throw LocalClusterError(.timeout, "The definition \(name) is not established after 20 s.")
            }
            try await Task.sleep(for: .milliseconds(30))
        }
    }
}
