import KubernetesClient

extension KubernetesClient {
    /// The kinds of objects that can be owned and deleted, each in one version, custom kinds included.
    func collectableKinds() async throws(KubernetesError) -> [ResourceKind] {
        // Reviews cannot be listed, metrics are not stored, and the newer Events are the core group's.
        let skipped: Set<String> = [
            "metrics.k8s.io", "authentication.k8s.io", "authorization.k8s.io", "events.k8s.io",
        ]
        var kinds = try await resources(group: "", version: "v1")
            .filter { !["events", "componentstatuses", "bindings"].contains($0.plural) }
        for group in try await groups() where !skipped.contains(group.name) {
            guard let version = group.versions.first else { continue }
            do throws(KubernetesError) {
                kinds += try await resources(group: group.name, version: version)
            } catch {
                if !error.isNotFound { throw error }
            }
        }
        return kinds
    }
}
