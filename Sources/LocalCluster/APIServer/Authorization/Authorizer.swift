internal import APIMachinery
internal import KubernetesClient
internal import Synchronization

/// Role-based access control over the stored Roles, ClusterRoles and their bindings.
final class Authorizer: Sendable {
    struct Decision {
        var allowed: Bool
        /// Which binding allowed it; what was wrong with the rules on the way when nothing did.
        var reason = ""
    }

    /// Each role read once for each of its revisions.
    private let roles = Mutex<[String: (revision: Int64, role: ParsedRole)]>([:])
    /// The bindings of a namespace (`""`: of the cluster), put in order once for each revision of all bindings.
    private let bindings = Mutex<[String: (revision: Int64, index: BindingIndex)]>([:])
    private let store: ObjectStore

    init(store: ObjectStore) { self.store = store }

    func authorize(_ user: UserInfo, _ access: AccessAttributes) -> Decision {
        if user.isMaster { return Decision(allowed: true) }
        var missing: [String] = []
        for grant in grants(to: user, namespace: access.namespace) {
            guard let role = roleRules(kind: grant.roleKind, name: grant.roleName, namespace: grant.namespace) else {
                missing.append(grant.missingRole)
                continue
            }
            if role.contains(where: { $0.allows(access) }) {
                return Decision(allowed: true, reason: "RBAC: allowed by \(grant)")
            }
        }
        if missing.isEmpty { return Decision(allowed: false) }
        return Decision(allowed: false, reason: "RBAC: \(Self.list(missing))")
    }

    /// Errors as Kubernetes lists them.
    private static func list(_ errors: [String]) -> String {
        errors.count == 1 ? errors[0] : "[\(errors.joined(separator: ", "))]"
    }

    /// Every rule that holds for a user in a namespace (`""`: only what holds everywhere), and what of their roles is
    /// not there, if anything.
    func rules(of user: UserInfo, namespace: String) -> (rules: [PolicyRule], fault: String?) {
        var missing: [String] = []
        let rules = grants(to: user, namespace: namespace).flatMap { grant -> [PolicyRule] in
            if let rules = roleRules(kind: grant.roleKind, name: grant.roleName, namespace: grant.namespace) {
                return rules
            }
            missing.append(grant.missingRole)
            return []
        }
        return (rules, missing.isEmpty ? nil : Self.list(missing))
    }

    /// The rules of a role that a binding in `namespace` names, `nil` when there is none of this name.
    func roleRules(kind: String, name: String, namespace: String) -> [PolicyRule]? {
        let isNamespaced = kind == "Role"
        return store.object(Self.key(isNamespaced ? "roles" : "clusterroles"), isNamespaced ? namespace : "", name)
            .map { role($0).rules }
    }

    /// Each single permission among `wanted` that the user does not have: nobody may grant more than that.
    func notHeld(_ wanted: [PolicyRule], by user: UserInfo, namespace: String) -> [AccessAttributes] {
        if user.isMaster { return [] }
        let held = rules(of: user, namespace: namespace).rules
        return wanted.flatMap(\.parts).filter { part in !held.contains { $0.allows(part) } }
    }

    /// What a stored Role or ClusterRole says.
    func role(_ object: StoredObject) -> ParsedRole {
        let key = "\(object.namespace)/\(object.name)"
        if let known = roles.withLock({ $0[key] }), known.revision == object.revision { return known.role }
        let role = ParsedRole(object.value())
        roles.withLock { $0[key] = (object.revision, role) }
        return role
    }

    private func grants(to user: UserInfo, namespace: String) -> [RoleGrant] {
        let everywhere = index("clusterrolebindings", namespace: "").grants(to: user)
        return namespace.isEmpty
            ? everywhere : everywhere + index("rolebindings", namespace: namespace).grants(to: user)
    }

    private func index(_ plural: String, namespace: String) -> BindingIndex {
        let resource = Self.key(plural)
        let revision = store.revision(of: resource)
        if let known = bindings.withLock({ $0[namespace] }), known.revision == revision { return known.index }
        let index = BindingIndex(store.list(resource, namespace: namespace.isEmpty ? nil : namespace).objects)
        bindings.withLock {
            // Namespaces come and go; what is asked for is read again.
            if $0.count > 4096 { $0 = [:] }
            $0[namespace] = (revision, index)
        }
        return index
    }

    static func key(_ plural: String) -> String { "\(plural).rbac.authorization.k8s.io" }
}

/// What a Role or ClusterRole says.
struct ParsedRole: Sendable {
    let rules: [PolicyRule]
    /// The labels of the roles of which a ClusterRole is made up; `nil` for one with rules of its own.
    let aggregates: [LabelSelector]?

    init(_ role: JSONValue) {
        rules = role["rules"]?.arrayValue?.map { PolicyRule($0) } ?? []
        aggregates = role[path: ["aggregationRule", "clusterRoleSelectors"]]?.arrayValue?.compactMap {
            LabelSelector($0)
        }
    }
}

extension UserInfo {
    /// Members of this group may do everything, whatever the roles say.
    var isMaster: Bool { groups.contains("system:masters") }
}

extension StatusError {
    /// 403 as the authorizer words it.
    static func forbidden(_ user: UserInfo, _ target: RequestTarget, reason: String) -> StatusError {
        let suffix = reason.isEmpty ? "" : ": \(reason)"
        switch target {
        case .nonResource(let path, let verb):
            return StatusError(
                code: 403, reason: "Forbidden",
                message: "forbidden: User \"\(user.name)\" cannot \(verb) path \"\(path)\"\(suffix)", details: Details()
            )
        case .resource(let target):
            let qualified = target.group.isEmpty ? target.resource : "\(target.resource).\(target.group)"
            let name = target.selectedName ?? target.name
            let subject = name.isEmpty ? qualified : "\(qualified) \"\(name)\""
            let scope = target.namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(target.namespace)\""
            return StatusError(
                code: 403, reason: "Forbidden",
                message: "\(subject) is forbidden: User \"\(user.name)\" cannot \(target.verb) resource "
                    + "\"\(target.fullResource)\" in API group \"\(target.group)\" \(scope)\(suffix)",
                details: Details(name: name, group: target.group, kind: target.resource))
        }
    }

    /// 403 for a reason beside authorization.
    static func forbidden(_ definition: ResourceDefinition, name: String, _ why: String, causes: [Cause] = [])
        -> StatusError
    {
        let subject = name.isEmpty ? definition.qualifiedPlural : "\(definition.qualifiedPlural) \"\(name)\""
        return StatusError(
            code: 403, reason: "Forbidden", message: "\(subject) is forbidden: \(why)",
            details: Details(name: name, group: definition.group, kind: definition.plural, causes: causes))
    }
}
