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

    init?(_ definition: ResourceDefinition) {
        guard ["authentication.k8s.io", "authorization.k8s.io"].contains(definition.group) else { return nil }
        self.init(rawValue: definition.kind)
    }
}

extension APIHandler {
    func answer(_ review: Review, _ request: ObjectRequest) throws -> Response {
        let definition = request.definition
        let options = try WriteOptions(request.request, kind: "CreateOptions")
        if review == .tokenReview { try Self.requireToken(request.request, definition) }
        var (object, warnings) = try request.sentObject(options)
        if definition.namespaced { object = try request.inNamespace(object) }
        let errors = definition.validateCreate(object)
        if !errors.isEmpty { throw StatusError.invalid(kind: "", group: definition.group, name: "", errors) }
        let spec = (object["spec"] ?? .emptyObject).withoutEmptyStrings
        var answer: JSONValue = [
            "kind": .string(definition.kind), "apiVersion": .string(definition.apiVersion),
            "metadata": object["metadata"] ?? .emptyObject, "spec": spec,
        ]
        let user = request.request.user
        switch review {
        case .selfSubjectReview:
            answer["spec"] = nil
            answer["status"] = ["userInfo": user.json]
        case .tokenReview: answer["status"] = reviewToken(spec)
        case .selfSubjectAccess: answer["status"] = access(spec, user)
        case .subjectAccess, .localSubjectAccess:
            let groups = spec["groups"]?.arrayValue?.compactMap(\.stringValue) ?? []
            answer["status"] = access(spec, UserInfo(name: spec.text("user"), groups: groups))
        case .selfSubjectRules:
            answer["spec"] = [:]
            answer["status"] = try rules(user, namespace: spec.text("namespace"))
        }
        return .json(answer, status: 201).with(warnings: warnings)
    }

    private static func requireToken(_ request: APIRequest, _ definition: ResourceDefinition) throws(StatusError) {
        guard try request.json(for: definition).value.text("spec", "token").isEmpty else { return }
        throw .badRequest("token is required for TokenReview in authentication")
    }

    private func reviewToken(_ spec: JSONValue) -> JSONValue {
        let wanted = spec["audiences"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let audiences = wanted.isEmpty ? [ServiceAccountTokens.issuer] : wanted
        guard let user = authenticator.user(token: spec.text("token"), audiences: audiences) else {
            return ["user": [:], "error": "invalid bearer token"]
        }
        return ["authenticated": true, "user": user.json, "audiences": JSONValue(audiences)]
    }

    private func access(_ spec: JSONValue, _ user: UserInfo) -> JSONValue {
        let resource = spec["resourceAttributes"]
        let other = spec["nonResourceAttributes"]
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

    private func rules(_ user: UserInfo, namespace: String) throws(StatusError) -> JSONValue {
        if namespace.isEmpty { throw .badRequest("no namespace on request") }
        var (rules, fault) = authorizer.rules(of: user, namespace: namespace)
        if user.isMaster {
            rules = authorizer.roleRules(kind: "ClusterRole", name: "cluster-admin", namespace: "") ?? rules
        }
        var status: JSONValue = [
            "resourceRules": .array(rules.filter { !$0.resources.isEmpty }.map(\.json)),
            "nonResourceRules": .array(rules.filter { !$0.nonResourceURLs.isEmpty }.map(\.json)), "incomplete": false,
        ]
        status["evaluationError"] = fault.map { .string($0) }
        return status
    }
}

extension JSONValue {
    /// As Go writes structs whose fields are left out when empty.
    fileprivate var withoutEmptyStrings: JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.value.stringValue != "" }.mapValues(\.withoutEmptyStrings))
    }
}
