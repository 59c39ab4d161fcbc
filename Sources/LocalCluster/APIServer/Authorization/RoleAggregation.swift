internal import APIMachinery
internal import KubernetesClient

/// Keeps ClusterRoles with an `aggregationRule` the sum of the roles they select.
struct RoleAggregation {
    let store: ObjectStore
    let authorizer: Authorizer

    /// Brings all such roles up to date; roles may be made of roles that are made of others.
    func run() throws {
        let key = Authorizer.key("clusterroles")
        for _ in 0..<8 {
            let all = store.list(key).objects
            var hasChanged = false
            for stored in all {
                guard let selectors = authorizer.role(stored).aggregates else { continue }
                var rules: [PolicyRule] = []
                for part in all where part !== stored && selectors.contains(where: { $0.matches(part.labels) }) {
                    rules += authorizer.role(part).rules.filter { !rules.contains($0) }
                }
                guard rules != authorizer.role(stored).rules else { continue }
                var role = stored.value()
                role["rules"] = .array(rules.map(\.json))
                hasChanged = true
                // Whoever changed it meanwhile comes through here as well.
                _ = try? store.commit(
                    StoreChange(
                        resource: key, namespace: "", name: stored.name, basis: stored.revision, object: role))
            }
            if !hasChanged { return }
        }
    }
}
