internal import APIMachinery
internal import KubernetesClient

/// What the server itself adds to objects or refuses, beside their schemas: addresses, and that nobody grants more than
/// they have.
extension APIHandler {
    /// The object to create with what the server gives it, and the addresses taken for it.
    func admitCreation(
        _ object: JSONValue, _ request: ObjectRequest, dryRun: Bool
    ) throws(StatusError) -> (JSONValue, ServiceAllocator.Reservation) {
        let definition = request.definition
        if definition.isService { return try services.allocate(object, old: nil) }
        if definition.group.isEmpty, definition.plural == "pods" {
            let pod = try withPriority(object, request)
            return (admitsServiceAccounts ? try admitPod(pod, request) : pod, .none)
        }
        if definition.isCustom,
            let crd = store.object(CustomKinds.key, "", definition.qualifiedPlural)?.value(),
            crd[path: ["metadata", "deletionTimestamp"]] != nil
        {
            throw .forbidden(
                definition, name: object[path: ["metadata", "name"]]?.stringValue ?? "",
                "create not allowed while custom resource definition is terminating")
        }
        try refuseEscalation(object, request)
        return (object, .none)
    }

    func admitUpdate(
        _ new: JSONValue, old: JSONValue, _ request: ObjectRequest, dryRun: Bool
    ) throws(StatusError) -> (JSONValue, ServiceAllocator.Reservation) {
        if request.definition.isService, request.subresource == nil { return try services.allocate(new, old: old) }
        if ["rules", "roleRef", "subjects", "aggregationRule"].contains(where: { new[$0] != old[$0] }) {
            try refuseEscalation(new, request)
        }
        return (new, .none)
    }

    private func withPriority(_ pod: JSONValue, _ request: ObjectRequest) throws(StatusError) -> JSONValue {
        let classes = store.list("priorityclasses.scheduling.k8s.io").objects.map { $0.value() }
        if let admitted = PodAdmission(classes: classes).admit(pod) { return admitted }
        throw .forbidden(
            request.definition, name: pod.text("metadata", "name"),
            "no PriorityClass with name \(pod.text("spec", "priorityClassName")) was found")
    }

    private func admitPod(_ pod: JSONValue, _ request: ObjectRequest) throws(StatusError) -> JSONValue {
        let account = ServiceAccountAdmission.accountName(of: pod)
        guard let found = store.object("serviceaccounts", request.namespace, account) else {
            throw .forbidden(
                request.definition, name: pod[path: ["metadata", "name"]]?.stringValue ?? "",
                "error looking up service account \(request.namespace)/\(account): serviceaccount \"\(account)\" not found"
            )
        }
        return ServiceAccountAdmission.admit(pod, account: found.value(), suffix: randomSuffix())
    }

    /// A role may only hold, and a binding only give, what its writer has in that namespace.
    private func refuseEscalation(_ object: JSONValue, _ request: ObjectRequest) throws(StatusError) {
        let definition = request.definition
        guard definition.group == "rbac.authorization.k8s.io" else { return }
        let user = request.request.user
        let isRole = ["roles", "clusterroles"].contains(definition.plural)
        let name = object[path: ["metadata", "name"]]?.stringValue ?? ""
        let wanted: [PolicyRule]
        var exemption = AccessAttributes(
            verb: isRole ? "escalate" : "bind", group: definition.group, resource: definition.plural, name: name,
            namespace: request.namespace)
        if isRole {
            wanted = object["rules"]?.arrayValue?.map { PolicyRule($0) } ?? []
        } else {
            let kind = object["roleRef"]?["kind"]?.stringValue ?? ""
            let role = object["roleRef"]?["name"]?.stringValue ?? ""
            exemption.resource = kind == "Role" ? "roles" : "clusterroles"
            exemption.name = role
            if user.isMaster || authorizer.authorize(user, exemption).allowed { return }
            guard let rules = authorizer.roleRules(kind: kind, name: role, namespace: request.namespace) else {
                throw .notFound(definition, name: role)
            }
            wanted = rules
        }
        let missing = authorizer.notHeld(wanted, by: user, namespace: request.namespace)
        if missing.isEmpty || authorizer.authorize(user, exemption).allowed { return }
        let groups = user.groups.map { JSONValue.string($0).text() }.joined(separator: " ")
        throw .forbidden(
            definition, name: name,
            "user \"\(user.name)\" (groups=[\(groups)]) is attempting to grant RBAC permissions not currently held:\n"
                + missing.grantText)
    }
}

extension ResourceDefinition {
    var isService: Bool { group.isEmpty && plural == "services" }
}
