internal import APIMachinery
internal import HTTPTypes

extension APIHandler {
    /// Who a request acts as: its sender, or somebody else whom the sender may impersonate (`kubectl --as`).
    func impersonated(_ user: UserInfo, _ headers: HTTPFields) throws(StatusError) -> UserInfo {
        let groups = Self.values(headers, "Impersonate-Group")
        guard let name = Self.values(headers, "Impersonate-User").first, !name.isEmpty else {
            guard groups.isEmpty else {
                throw .unforeseen("requested [{Group  \(groups[0])}] without impersonating a user")
            }
            return user
        }
        let account = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let isAccount = account.count == 4 && account[0] == "system" && account[1] == "serviceaccount"
        if isAccount {
            try requireImpersonation(by: user, "serviceaccounts", account[3], namespace: account[2])
        } else {
            try requireImpersonation(by: user, "users", name)
        }
        for group in groups { try requireImpersonation(by: user, "groups", group) }
        var target = UserInfo(name: name, groups: groups)
        if isAccount, groups.isEmpty {
            target.groups = ["system:serviceaccounts", "system:serviceaccounts:\(account[2])"]
        }
        let own = name == UserInfo.anonymous.name ? "system:unauthenticated" : "system:authenticated"
        if !target.groups.contains(own) { target.groups.append(own) }
        return target
    }

    private func requireImpersonation(
        by user: UserInfo, _ resource: String, _ name: String, namespace: String = ""
    ) throws(StatusError) {
        let access = AccessAttributes(verb: "impersonate", resource: resource, name: name, namespace: namespace)
        guard !authorizer.authorize(user, access).allowed else { return }
        let scope = namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(namespace)\""
        throw StatusError(
            code: 403, reason: "Forbidden",
            message: "\(resource) \"\(name)\" is forbidden: User \"\(user.name)\" cannot impersonate resource "
                + "\"\(resource)\" in API group \"\" \(scope)", details: .init(name: name, kind: resource))
    }

    private static func values(_ headers: HTTPFields, _ name: String) -> [String] {
        HTTPField.Name(name).map { headers[values: $0] } ?? []
    }
}
