internal import APIMachinery
internal import HTTPTypes
internal import KubernetesClient

extension APIHandler {
    /// Who a request acts as: its sender, or somebody else whom the sender may impersonate (`kubectl --as`).
    func impersonated(_ sender: UserInfo, _ headers: HTTPFields, _ request: RequestTarget) throws(StatusError)
        -> UserInfo
    {
        guard var wanted = Impersonation(headers) else { return sender }
        if wanted.user.name.isEmpty {
            throw .badRequest("requested \(wanted.text) without impersonating a user name")
        }
        if let account = wanted.account {
            if !may(sender, "", "serviceaccounts", account.name, namespace: account.namespace) {
                throw refusal(sender, "serviceaccount", request)
            }
        } else if !may(sender, "", "users", wanted.user.name) {
            throw refusal(sender, "user-info", request)
        }
        for group in wanted.user.groups where !may(sender, "", "groups", group) {
            throw refusal(sender, "", "groups", group)
        }
        let authentication = "authentication.k8s.io"
        if !wanted.user.uid.isEmpty, !may(sender, authentication, "uids", wanted.user.uid) {
            throw refusal(sender, authentication, "uids", wanted.user.uid)
        }
        for (key, values) in wanted.user.extra {
            for value in values where !may(sender, authentication, "userextras/\(key)", value) {
                throw refusal(sender, authentication, "userextras/\(key)", value)
            }
        }
        wanted.addImpliedGroups()
        return wanted.user
    }

    private func may(
        _ sender: UserInfo, _ group: String, _ resource: String, _ name: String, namespace: String = ""
    ) -> Bool {
        let access = AccessAttributes(
            verb: "impersonate", group: group, resource: resource, name: name, namespace: namespace)
        return authorizer.authorize(sender, access).allowed
    }

    /// Somebody else may not be impersonated at all, which Kubernetes tells as a verb on what was asked for.
    private func refusal(_ sender: UserInfo, _ mode: String, _ request: RequestTarget) -> StatusError {
        switch request {
        case .resource(var target):
            target.verb = "impersonate-on:\(mode):\(target.verb)"
            return .forbidden(sender, .resource(target), reason: "")
        case .nonResource(let path, let verb):
            return .forbidden(sender, .nonResource(path: path, verb: "impersonate-on:\(mode):\(verb)"), reason: "")
        }
    }

    private func refusal(_ sender: UserInfo, _ group: String, _ resource: String, _ name: String) -> StatusError {
        let parts = resource.split(separator: "/", maxSplits: 1).map(String.init)
        let target = ResourceTarget(
            verb: "impersonate", group: group, resource: parts[0], subresource: parts.count > 1 ? parts[1] : "",
            name: name)
        return .forbidden(sender, .resource(target), reason: "")
    }
}

/// The user that the `Impersonate-` headers of a request describe.
private struct Impersonation {
    var user = UserInfo(name: "")

    /// `nil` without any such header.
    init?(_ headers: HTTPFields) {
        var isAsked = false
        for field in headers {
            let name = field.name.canonicalName
            guard name.hasPrefix("impersonate-") else { continue }
            switch name.dropFirst("impersonate-".count) {
            case "user": user.name = field.value
            case "group": user.groups.append(field.value)
            case "uid": user.uid = field.value
            case let rest where rest.hasPrefix("extra-"):
                user.extra[rest.dropFirst("extra-".count).percentDecoded(), default: []].append(field.value)
            default: continue
            }
            isAsked = true
        }
        if !isAsked { return nil }
    }

    /// The namespace and name of a ServiceAccount.
    var account: (namespace: String, name: String)? {
        let parts = user.name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 4, parts[0] == "system", parts[1] == "serviceaccount" else { return nil }
        return (parts[2], parts[3])
    }

    mutating func addImpliedGroups() {
        if let account, user.groups.isEmpty {
            user.groups = ["system:serviceaccounts", "system:serviceaccounts:\(account.namespace)"]
        }
        let own = user.name == UserInfo.anonymous.name ? "system:unauthenticated" : "system:authenticated"
        if !user.groups.contains(own) { user.groups.append(own) }
    }

    /// As Go prints the struct in messages.
    var text: String {
        func quoted(_ text: String) -> String { JSONValue.string(text).text() }
        func list(_ values: [String]) -> String { "[]string{\(values.map(quoted).joined(separator: ", "))}" }
        let groups = user.groups.isEmpty ? "[]string(nil)" : list(user.groups)
        let members = user.extra.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(list($0.value))" }
        let extra =
            members.isEmpty ? "map[string][]string(nil)" : "map[string][]string{\(members.joined(separator: ", "))}"
        return "&user.DefaultInfo{Name:\"\", UID:\(quoted(user.uid)), Groups:\(groups), Extra:\(extra)}"
    }
}
