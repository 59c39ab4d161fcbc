import APIMachinery
import KubernetesClient
import KubernetesRuntime

/// Gives a ClusterRole with an aggregation rule the rules of the roles that it selects.
struct RoleAggregation: Reconciler {
    let context: ControllerContext
    let roles: ObjectCache

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let role = roles[key], !role.isBeingDeleted, role.json["aggregationRule"] != nil else { return .done }
        let rules = JSONValue.array(Self.rules(of: role, among: roles.objects(namespace: nil)))
        guard rules != role.json["rules"] ?? .array([]) else { return .done }
        let patch = Patch.merge(["rules": rules])
        roles.note(try await context.client.patch(.clusterRole, role.name, patch))
        return .done
    }

    /// In the order of the selectors and of the roles' names, each rule once.
    static func rules(of role: UntypedObject, among roles: [UntypedObject]) -> [JSONValue] {
        var rules: [JSONValue] = []
        for selector in role["aggregationRule", "clusterRoleSelectors"]?.arrayValue ?? [] {
            guard let selector = LabelSelector(selector) else { continue }
            for other in roles.sorted(by: { $0.name < $1.name })
            where other.name != role.name && selector.matches(other.labels) {
                for rule in other.json["rules"]?.arrayValue ?? [] where !rules.contains(rule) { rules.append(rule) }
            }
        }
        return rules
    }

    /// Every role that aggregates; any role may be one it selects.
    static func aggregates(_ roles: ObjectCache) -> [ObjectKey] {
        roles.informer.store.objects.filter { $0.json["aggregationRule"] != nil }.map(\.key)
    }
}
