internal import APIMachinery
internal import KubernetesClient
internal import Synchronization

/// Role-based access control over the stored Roles, ClusterRoles and their bindings.
final class Authorizer: Sendable {
    /// A role or binding, read once for each of its revisions.
    private struct Parsed {
        var revision: Int64
        var rules: [PolicyRule] = []
        var subjects: [JSONValue] = []
        var roleKind = ""
        var roleName = ""
    }

    private let store: ObjectStore
    private let parsed = Mutex<[String: Parsed]>([:])

    init(store: ObjectStore) { self.store = store }

    /// Whether the user may, and what was wrong with the rules on the way when not.
    func authorize(_ user: UserInfo, _ access: AccessAttributes) -> (allowed: Bool, reason: String) {
        if user.groups.contains("system:masters") { return (true, "") }
        let (rules, missing) = rules(of: user, namespace: access.namespace)
        if rules.contains(where: { $0.allows(access) }) { return (true, "") }
        let reason =
            missing.count > 1 ? "RBAC: [\(missing.joined(separator: ", "))]" : missing.first.map { "RBAC: \($0)" }
        return (false, reason ?? "")
    }

    /// Every rule that holds for a user in a namespace (`""`: only what holds everywhere), and roles that are missing.
    func rules(of user: UserInfo, namespace: String) -> (rules: [PolicyRule], missing: [String]) {
        var rules: [PolicyRule] = []
        var missing: [String] = []
        var bindings = store.list(Self.key("clusterrolebindings")).objects.map { ("clusterrolebindings", $0) }
        if !namespace.isEmpty {
            bindings += store.list(Self.key("rolebindings"), namespace: namespace).objects.map { ("rolebindings", $0) }
        }
        for (resource, object) in bindings {
            let binding = parse(resource, object)
            guard binding.subjects.contains(where: { Self.matches($0, user, namespace: object.namespace) }) else {
                continue
            }
            if let role = roleRules(kind: binding.roleKind, name: binding.roleName, namespace: object.namespace) {
                rules += role
            } else {
                missing.append(
                    "\(binding.roleKind.lowercased()).rbac.authorization.k8s.io \"\(binding.roleName)\" not found")
            }
        }
        return (rules, missing)
    }

    /// The rules of a role that a binding in `namespace` names, `nil` when there is none of this name.
    func roleRules(kind: String, name: String, namespace: String) -> [PolicyRule]? {
        let resource = kind == "Role" ? "roles" : "clusterroles"
        return store.object(Self.key(resource), kind == "Role" ? namespace : "", name).map { parse(resource, $0).rules }
    }

    /// The rules among `wanted` that the user does not have: nobody may grant more than that.
    func notHeld(_ wanted: [PolicyRule], by user: UserInfo, namespace: String) -> [PolicyRule] {
        if user.groups.contains("system:masters") { return [] }
        let held = rules(of: user, namespace: namespace).rules
        return wanted.filter { !$0.parts.allSatisfy { part in held.contains { $0.allows(part) } } }
    }

    private func parse(_ resource: String, _ object: StoredObject) -> Parsed {
        let key = "\(resource)/\(object.namespace)/\(object.name)"
        if let known = parsed.withLock({ $0[key] }), known.revision == object.revision { return known }
        let value = object.value()
        let fresh = Parsed(
            revision: object.revision, rules: value["rules"]?.arrayValue?.map { PolicyRule($0) } ?? [],
            subjects: value["subjects"]?.arrayValue ?? [], roleKind: value["roleRef"]?["kind"]?.stringValue ?? "",
            roleName: value["roleRef"]?["name"]?.stringValue ?? "")
        parsed.withLock { $0[key] = fresh }
        return fresh
    }

    private static func matches(_ subject: JSONValue, _ user: UserInfo, namespace: String) -> Bool {
        let name = subject["name"]?.stringValue ?? ""
        switch subject["kind"]?.stringValue {
        case "User": return user.name == name
        case "Group": return user.groups.contains(name)
        case "ServiceAccount":
            let namespace = subject["namespace"]?.stringValue ?? namespace
            return user.name == "system:serviceaccount:\(namespace):\(name)"
        default: return false
        }
    }

    private static func key(_ plural: String) -> String { "\(plural).rbac.authorization.k8s.io" }
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
            let subject = target.name.isEmpty ? qualified : "\(qualified) \"\(target.name)\""
            let scope = target.namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(target.namespace)\""
            return StatusError(
                code: 403, reason: "Forbidden",
                message: "\(subject) is forbidden: User \"\(user.name)\" cannot \(target.verb) resource "
                    + "\"\(target.fullResource)\" in API group \"\(target.group)\" \(scope)\(suffix)",
                details: Details(name: target.name, group: target.group, kind: target.resource))
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
