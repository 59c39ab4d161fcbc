import KubernetesClient

/// Whether somebody may ask the kubelet API: what a kubelet with webhook authentication and authorization does.
///
/// A client certificate or a bearer token (TokenReview) tells who it is, a SubjectAccessReview on `nodes/proxy` and
/// its like whether they may. Whoever brings neither may ask when the connection comes from this machine and the
/// agent's own user: they could read the logs' files as well, and API servers without a kubelet client certificate
/// ask so.
struct KubeletAccess: Sendable {
    struct User: Sendable {
        var name: String
        var groups: Set<String>
        var isOwn = false
    }

    enum Verdict: Sendable, Equatable {
        case allowed
        /// The token is nobody's.
        case unauthorized
        case forbidden(String)
    }

    let client: KubernetesClient
    let node: String
    /// Users who may ask anything.
    let trusted: Set<String>

    /// - Parameter resource: the subresource of `nodes`, such as `proxy` or `stats`.
    func verdict(user: User?, token: String?, resource: String) async -> Verdict {
        var user = user ?? User(name: "system:anonymous", groups: ["system:unauthenticated"])
        if let token {
            guard let owner = await owner(of: token) else { return .unauthorized }
            user = owner
        }
        if user.isOwn || trusted.contains(user.name) || user.groups.contains("system:masters") { return .allowed }
        let review = await ask(
            "authorization.k8s.io", "SubjectAccessReview",
            [
                "user": .string(user.name), "groups": JSONValue(user.groups.sorted()),
                "resourceAttributes": [
                    "verb": "get", "version": "v1", "resource": "nodes", "subresource": .string(resource),
                    "name": .string(node),
                ],
            ])
        guard let review else { return .forbidden("the API server cannot be asked") }
        if review["allowed"]?.boolValue == true { return .allowed }
        return .forbidden("Forbidden (user=\(user.name), verb=get, resource=nodes, subresource(s)=[\(resource)])")
    }

    private func owner(of token: String) async -> User? {
        guard let answer = await ask("authentication.k8s.io", "TokenReview", ["token": .string(token)]),
            answer["authenticated"]?.boolValue == true, let name = answer[path: ["user", "username"]]?.stringValue
        else { return nil }
        let groups = answer[path: ["user", "groups"]]?.arrayValue?.compactMap(\.stringValue) ?? []
        return User(name: name, groups: Set(groups))
    }

    /// The status of a review, `nil` when nobody answers.
    private func ask(_ group: String, _ kind: String, _ spec: JSONValue) async -> JSONValue? {
        let resource = ResourceKind(
            group: group, version: "v1", plural: kind.lowercased() + "s", kind: kind, isNamespaced: false)
        var review = UntypedObject(["apiVersion": .string("\(group)/v1"), "kind": .string(kind)])
        review.spec = spec
        return try? await client.create(resource, review).status
    }
}
