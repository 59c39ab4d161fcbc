internal import KubernetesClient

/// A RoleBinding or ClusterRoleBinding for one of its subjects.
struct RoleGrant: Sendable, CustomStringConvertible {
    /// Empty for a ClusterRoleBinding.
    let namespace: String
    let binding: String
    let roleKind: String
    let roleName: String
    /// `ServiceAccount "name/namespace"`, as reasons word it.
    let subject: String
    /// The place of the binding among the others.
    fileprivate let position: Int

    var description: String {
        let binding =
            namespace.isEmpty ? "ClusterRoleBinding \"\(binding)\"" : "RoleBinding \"\(binding)/\(namespace)\""
        return "\(binding) of \(roleKind) \"\(roleName)\" to \(subject)"
    }

    var missingRole: String { "\(roleKind.lowercased()).rbac.authorization.k8s.io \"\(roleName)\" not found" }
}

/// Bindings by whom they bind, so that a request costs what its sender's bindings cost and not all of them.
struct BindingIndex: Sendable {
    private enum Subject: Hashable {
        case user(String)
        case group(String)
    }

    private var grants: [Subject: [RoleGrant]] = [:]

    init(_ bindings: some Sequence<StoredObject>) {
        for (position, stored) in bindings.enumerated() {
            let binding = stored.value()
            for subject in binding["subjects"]?.arrayValue ?? [] {
                let name = subject.text("name")
                var shown = "\(subject.text("kind")) \"\(name)\""
                let key: Subject
                switch subject["kind"]?.stringValue {
                case "User": key = .user(name)
                case "Group": key = .group(name)
                case "ServiceAccount":
                    let namespace = subject["namespace"]?.stringValue ?? stored.namespace
                    key = .user("system:serviceaccount:\(namespace):\(name)")
                    shown = "ServiceAccount \"\(name)/\(namespace)\""
                default: continue
                }
                grants[key, default: []].append(
                    RoleGrant(
                        namespace: stored.namespace, binding: stored.name, roleKind: binding.text("roleRef", "kind"),
                        roleName: binding.text("roleRef", "name"), subject: shown, position: position))
            }
        }
    }

    /// What binds the user or one of their groups, in the order of the bindings and each only once.
    func grants(to user: UserInfo) -> [RoleGrant] {
        let all = ([.user(user.name)] + user.groups.map { Subject.group($0) }).flatMap { grants[$0] ?? [] }
        if all.count < 2 { return all }
        var seen: Set<Int> = []
        return all.filter { seen.insert($0.position).inserted }.sorted { $0.position < $1.position }
    }
}
