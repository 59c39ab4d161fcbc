internal import APIMachinery
internal import Hummingbird
internal import KubernetesClient

/// Questions about who somebody is and what they may do; nothing of them is stored.
enum Review: String, Sendable {
    case tokenReview = "TokenReview"
    case selfSubjectReview = "SelfSubjectReview"
    case subjectAccess = "SubjectAccessReview"
    case selfSubjectAccess = "SelfSubjectAccessReview"
    case localSubjectAccess = "LocalSubjectAccessReview"
    case selfSubjectRules = "SelfSubjectRulesReview"

    init?(group: String, resource: String) {
        switch (group, resource) {
        case ("authentication.k8s.io", "tokenreviews"): self = .tokenReview
        case ("authentication.k8s.io", "selfsubjectreviews"): self = .selfSubjectReview
        case ("authorization.k8s.io", "subjectaccessreviews"): self = .subjectAccess
        case ("authorization.k8s.io", "selfsubjectaccessreviews"): self = .selfSubjectAccess
        case ("authorization.k8s.io", "localsubjectaccessreviews"): self = .localSubjectAccess
        case ("authorization.k8s.io", "selfsubjectrulesreviews"): self = .selfSubjectRules
        default: return nil
        }
    }

    var group: String {
        switch self {
        case .tokenReview, .selfSubjectReview: "authentication.k8s.io"
        default: "authorization.k8s.io"
        }
    }
}

extension APIHandler {
    func answer(_ review: Review, _ request: APIRequest) throws(StatusError) -> Response {
        let definition =
            if case .resource(let target) = request.target {
                registry.definition(group: target.group, version: target.version, plural: target.resource)
            } else {
                ResourceDefinition?.none
            }
        let sent = request.body.isEmpty ? .emptyObject : try request.json(for: definition).value
        let spec = (sent["spec"] ?? .emptyObject).withoutEmptyStrings
        var answer: JSONValue = [
            "kind": .string(review.rawValue), "apiVersion": .string("\(review.group)/v1"),
            "metadata": sent["metadata"] ?? .emptyObject, "spec": spec,
        ]
        switch review {
        case .selfSubjectReview:
            answer["spec"] = nil
            answer["status"] = ["userInfo": request.user.json]
        case .tokenReview: answer["status"] = reviewToken(spec)
        case .selfSubjectAccess: answer["status"] = try access(spec, request.user)
        case .subjectAccess, .localSubjectAccess:
            let groups = spec["groups"]?.arrayValue?.compactMap(\.stringValue) ?? []
            answer["status"] = try access(spec, UserInfo(name: spec.text("user"), groups: groups))
        case .selfSubjectRules: answer["status"] = rules(request.user, namespace: spec.text("namespace"))
        }
        return .json(answer, status: 201)
    }

    private func reviewToken(_ spec: JSONValue) -> JSONValue {
        guard let user = authenticator.user(token: spec.text("token")) else {
            return ["authenticated": false, "error": "invalid bearer token"]
        }
        return [
            "authenticated": true, "user": user.json,
            "audiences": spec["audiences"] ?? [.string(ServiceAccountTokens.issuer)],
        ]
    }

    private func access(_ spec: JSONValue, _ user: UserInfo) throws(StatusError) -> JSONValue {
        let resource = spec["resourceAttributes"]
        let other = spec["nonResourceAttributes"]
        guard (resource == nil) != (other == nil) else {
            throw .invalid(
                kind: "", group: "authorization.k8s.io", name: "",
                [
                    .invalid(
                        "spec.resourceAttributes", .null,
                        "exactly one of nonResourceAttributes or resourceAttributes must be specified")
                ])
        }
        var wanted = AccessAttributes(verb: (resource ?? other ?? .null).text("verb"), path: other?.text("path"))
        if let resource {
            let subresource = resource.text("subresource")
            wanted.group = resource.text("group")
            wanted.resource =
                subresource.isEmpty ? resource.text("resource") : "\(resource.text("resource"))/\(subresource)"
            wanted.name = resource.text("name")
            wanted.namespace = resource.text("namespace")
        }
        let decision = authorizer.authorize(user, wanted)
        var status: JSONValue = ["allowed": .bool(decision.allowed)]
        if !decision.reason.isEmpty { status["reason"] = .string(decision.reason) }
        return status
    }

    private func rules(_ user: UserInfo, namespace: String) -> JSONValue {
        var rules = authorizer.rules(of: user, namespace: namespace).rules
        if user.groups.contains("system:masters") {
            rules = authorizer.roleRules(kind: "ClusterRole", name: "cluster-admin", namespace: "") ?? rules
        }
        return [
            "resourceRules": .array(rules.filter { !$0.resources.isEmpty }.map(\.json)),
            "nonResourceRules": .array(rules.filter { !$0.nonResourceURLs.isEmpty }.map(\.json)), "incomplete": false,
        ]
    }
}

extension JSONValue {
    /// As Go writes structs whose fields are left out when empty.
    fileprivate var withoutEmptyStrings: JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.value.stringValue != "" }.mapValues(\.withoutEmptyStrings))
    }
}
