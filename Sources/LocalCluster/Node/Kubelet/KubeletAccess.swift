import KubernetesClient

/// Whether somebody may ask the kubelet API: what a kubelet with webhook authentication and authorization does.
///
/// A client certificate or a bearer token (TokenReview) tells who it is, a SubjectAccessReview on `nodes/proxy` and
/// its like whether they may. Whoever brings neither may ask when the connection comes from this machine and the
/// agent's own user: they could read the logs' files as well, and API servers without a kubelet client certificate
/// ask so.
actor KubeletAccess {
    struct User: Sendable, Hashable {
        var name: String
        var groups: Set<String>
        var isOwn = false

        static let anonymous = User(name: "system:anonymous", groups: ["system:unauthenticated"])
    }

    enum Verdict: Sendable, Equatable {
        case allowed
        /// The token is nobody's.
        case unauthorized
        case forbidden(String)
    }

    private struct Remembered {
        var verdict: Verdict
        var until: ContinuousClock.Instant
    }

    private struct Question: Hashable {
        var user: User
        var resource: String
    }

    private let client: KubernetesClient
    private let node: String
    private let trusted: Set<String>
    private var users: [String: (user: User?, until: ContinuousClock.Instant)] = [:]
    private var verdicts: [Question: Remembered] = [:]

    private static let memory = Duration.seconds(30)
    /// A right that has just been given should soon be in force.
    private static let memoryOfRefusals = Duration.seconds(3)
    private static let capacity = 256

    /// - Parameter trusted: users who may ask anything.
    init(client: KubernetesClient, node: String, trusted: Set<String>) {
        self.client = client
        self.node = node
        self.trusted = trusted
    }

    /// - Parameter resource: the subresource of `nodes`, such as `proxy` or `stats`.
    func verdict(user: User?, token: String?, resource: String) async -> Verdict {
        var asking = user
        if asking == nil, let token {
            guard let known = await owner(of: token) else { return .unauthorized }
            asking = known
        }
        let user = asking ?? .anonymous
        if user.isOwn || trusted.contains(user.name) || user.groups.contains("system:masters") { return .allowed }
        let question = Question(user: user, resource: resource)
        let now = ContinuousClock.now
        if let known = verdicts[question], known.until > now { return known.verdict }
        guard let isAllowed = await review(user, resource) else {
            return .forbidden("the API server cannot be asked")
        }
        let verdict =
            isAllowed
            ? Verdict.allowed
            : .forbidden("Forbidden (user=\(user.name), verb=get, resource=nodes, subresource(s)=[\(resource)])")
        if verdicts.count >= Self.capacity { verdicts.removeAll() }
        verdicts[question] = Remembered(
            verdict: verdict, until: now + (isAllowed ? Self.memory : Self.memoryOfRefusals))
        return verdict
    }

    private func owner(of token: String) async -> User? {
        let now = ContinuousClock.now
        if let known = users[token], known.until > now { return known.user }
        let answer = await ask("authentication.k8s.io", "TokenReview", ["token": .string(token)])
        guard let answer else { return nil }
        var user: User?
        if answer["authenticated"]?.boolValue == true, let name = answer[path: ["user", "username"]]?.stringValue {
            let groups = answer[path: ["user", "groups"]]?.arrayValue?.compactMap(\.stringValue) ?? []
            user = User(name: name, groups: Set(groups))
        }
        if users.count >= Self.capacity { users.removeAll() }
        users[token] = (user, now + Self.memory)
        return user
    }

    /// - Returns: `nil` when nobody answers.
    private func review(_ user: User, _ resource: String) async -> Bool? {
        await ask(
            "authorization.k8s.io", "SubjectAccessReview",
            [
                "user": .string(user.name), "groups": JSONValue(user.groups.sorted()),
                "resourceAttributes": [
                    "verb": "get", "version": "v1", "resource": "nodes", "subresource": .string(resource),
                    "name": .string(node),
                ],
            ]
        ).map { $0["allowed"]?.boolValue ?? false }
    }

    private func ask(_ group: String, _ kind: String, _ spec: JSONValue) async -> JSONValue? {
        let resource = ResourceKind(
            group: group, version: "v1", plural: kind.lowercased() + "s", kind: kind, isNamespaced: false)
        var review = UntypedObject(["apiVersion": .string("\(group)/v1"), "kind": .string(kind)])
        review.spec = spec
        return try? await client.create(resource, review).status
    }
}
