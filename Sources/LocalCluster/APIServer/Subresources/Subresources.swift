internal import APIMachinery
internal import HTTPTypes
internal import Hummingbird
internal import KubernetesClient

extension APIHandler {
    func answerSubresource(_ request: ObjectRequest) async throws -> Response {
        let definition = request.definition
        let verb = request.target.verb
        switch (definition.plural, request.target.subresource) {
        case (_, "status") where definition.hasStatus:
            switch verb {
            case "get": return try get(request)
            case "update": return try replace(request)
            case "patch": return try patch(request)
            default: throw StatusError.notSupported(verb, definition)
            }
        case (_, "scale") where definition.scale != nil:
            guard ["get", "update", "patch"].contains(verb) else { throw StatusError.notSupported(verb, definition) }
            return try answerScale(request)
        case ("namespaces", "finalize") where definition.isNamespace:
            guard verb == "update" else { throw StatusError.methodNotAllowed }
            return try finalize(request)
        case ("pods", "log") where definition.group.isEmpty:
            guard verb == "get" else { throw StatusError.methodNotAllowed }
            return try await log(request)
        case ("pods", "eviction") where definition.group.isEmpty:
            guard verb == "create" else { throw StatusError.methodNotAllowed }
            return try evict(request)
        case ("pods", "binding") where definition.group.isEmpty:
            guard verb == "create" else { throw StatusError.methodNotAllowed }
            return try bind(request)
        case ("serviceaccounts", "token") where definition.group.isEmpty:
            guard verb == "create" else { throw StatusError.methodNotAllowed }
            return try issueToken(request)
        case ("pods", "exec"), ("pods", "attach"), ("pods", "portforward"), ("pods", "proxy"), ("services", "proxy"):
            _ = try find(request)
            throw StatusError.unserved(request.target.subresource)
        case ("pods", "ephemeralcontainers"), ("pods", "resize"):
            _ = try find(request)
            throw StatusError.resourceNotFound
        default:
            if definition.isCustom { throw StatusError.notFound(definition, name: request.name) }
            throw StatusError.resourceNotFound
        }
    }

    /// The namespace controller says that nothing is left in a namespace.
    private func finalize(_ request: ObjectRequest) throws -> Response {
        let options = try WriteOptions(request.request, kind: "UpdateOptions")
        let (sent, _) = try request.sentObject(options)
        try Self.requireName(sent, request)
        let updated = try update(request, manager: options.manager, dryRun: options.dryRun) { old in
            var new = old
            try Self.requireRevision(sent, old, request)
            new[path: ["spec", "finalizers"]] = sent[path: ["spec", "finalizers"]]
            return new
        }
        return try request.answer(updated)
    }

    /// A scheduler puts a pod on a node.
    private func bind(_ request: ObjectRequest) throws -> Response {
        let options = try WriteOptions(request.request, kind: "CreateOptions")
        let binding = try request.sentSubresource("Binding")
        try Self.requireName(of: binding, kind: "Binding", request)
        let kind = binding.text("target", "kind")
        guard ["", "Node"].contains(kind) else {
            throw StatusError.unforeseen(
                "target.kind: Unsupported value: \"\(kind)\": supported values: \"Node\", \"<empty>\"")
        }
        let node = binding.text("target", "name")
        if node.isEmpty { throw StatusError.unforeseen("target.name: Required value") }
        _ = try update(request, manager: options.manager, dryRun: options.dryRun) { old in
            if let fault = Self.bindingFault(old) {
                throw StatusError(
                    code: 409, reason: "Conflict",
                    message:
                        "Operation cannot be fulfilled on pods/binding \"\(request.name)\": pod \(request.name) \(fault)",
                    details: .init(name: request.name, kind: "pods/binding"))
            }
            var new = old
            new[path: ["spec", "nodeName"]] = .string(node)
            for (key, value) in binding[path: ["metadata", "annotations"]]?.objectValue ?? [:] {
                new[path: ["metadata", "annotations", key]] = value
            }
            new.setCondition("PodScheduled", status: "True")
            return new
        }
        return .created
    }

    /// Why a pod cannot be put on a node, if it cannot.
    private static func bindingFault(_ pod: JSONValue) -> String? {
        if pod[path: ["metadata", "deletionTimestamp"]] != nil {
            return "is being deleted, cannot be assigned to a host"
        }
        let node = pod.text("spec", "nodeName")
        if !node.isEmpty { return "is already assigned to node \"\(node)\"" }
        return pod[path: ["spec", "schedulingGates"]] == nil ? nil : "has non-empty .spec.schedulingGates"
    }

    /// Deletes a pod as far as its disruption budget allows.
    private func evict(_ request: ObjectRequest) throws -> Response {
        let eviction = try request.sentSubresource("Eviction")
        let pod = try find(request)
        try Self.requireName(of: eviction, kind: "Eviction", request)
        var options = DeleteOptions()
        options.dryRun =
            !(eviction[path: ["deleteOptions", "dryRun"]]?.arrayValue ?? []).isEmpty
            || !request.query.all("dryRun").isEmpty
        options.gracePeriodSeconds = eviction[path: ["deleteOptions", "gracePeriodSeconds"]]?.intValue
        options.uid = eviction[path: ["deleteOptions", "preconditions", "uid"]]?.stringValue
        options.resourceVersion = eviction[path: ["deleteOptions", "preconditions", "resourceVersion"]]?.stringValue
        try options.checkPreconditions(request.view(pod), request)
        let value = pod.value()
        let needsBudget =
            ["Pending", "Running"].contains(value.text("status", "phase"))
            && value[path: ["metadata", "deletionTimestamp"]] == nil
        if needsBudget { try spendDisruption(pod, request, dryRun: options.dryRun) }
        if !options.dryRun, value[path: ["metadata", "deletionTimestamp"]] == nil {
            try markEvicted(pod, request.definition)
        }
        _ = try delete(request, options)
        return .created
    }

    private func markEvicted(_ pod: StoredObject, _ definition: ResourceDefinition) throws {
        var value = pod.value()
        value.setCondition(
            "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI", message: "Eviction API: evicting")
        // Whoever changed it meanwhile is not hindered: the condition only explains.
        _ = try? commit(
            StoreChange(
                resource: definition.storageKey, namespace: pod.namespace, name: pod.name, basis: pod.revision,
                object: value), definition)
    }

    private static func requireName(
        of sent: JSONValue, kind: String, _ request: ObjectRequest
    ) throws(StatusError) {
        let name = sent.text("metadata", "name")
        guard name.isEmpty || name == request.name else {
            throw .badRequest("name in URL does not match name in \(kind) object")
        }
    }

    /// Whether a pod that serves nobody may go whatever the budget allows: by its policy always, else while enough
    /// others are healthy.
    private static func mayGoUnready(_ pod: JSONValue, _ budget: JSONValue) -> Bool {
        let conditions = pod[path: ["status", "conditions"]]?.arrayValue ?? []
        guard !conditions.contains(where: { $0.text("type") == "Ready" && $0.text("status") == "True" }) else {
            return false
        }
        if budget.text("spec", "unhealthyPodEvictionPolicy") == "AlwaysAllow" { return true }
        let desired = budget[path: ["status", "desiredHealthy"]]?.intValue ?? 0
        return desired > 0 && budget[path: ["status", "currentHealthy"]]?.intValue ?? 0 >= desired
    }

    /// Takes one allowed disruption off the pod's disruption budget.
    private func spendDisruption(_ pod: StoredObject, _ request: ObjectRequest, dryRun: Bool) throws {
        let key = "poddisruptionbudgets.policy"
        for _ in 0..<10 {
            let budgets = store.list(key, namespace: pod.namespace).objects.map { ($0, $0.value()) }.filter {
                _, budget in
                guard let selector = budget[path: ["spec", "selector"]].flatMap({ LabelSelector($0) }) else {
                    return false
                }
                return selector.matches(pod.labels)
            }
            if budgets.count > 1 {
                throw StatusError.unforeseen(
                    "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
            }
            guard let (stored, budget) = budgets.first, !Self.mayGoUnready(pod.value(), budget) else { return }
            let allowed = budget[path: ["status", "disruptionsAllowed"]]?.intValue ?? 0
            let observed = budget[path: ["status", "observedGeneration"]]?.intValue ?? 0
            guard allowed > 0, observed >= budget[path: ["metadata", "generation"]]?.intValue ?? 0 else {
                let healthy = budget.count("status", "desiredHealthy")
                throw StatusError(
                    code: 429, reason: "TooManyRequests",
                    message: "Cannot evict pod as it would violate the pod's disruption budget.",
                    details: .init(
                        causes: [
                            .init(
                                reason: "DisruptionBudget",
                                message: "The disruption budget \(stored.name) needs \(healthy) healthy pods and has "
                                    + "\(budget.count("status", "currentHealthy")) currently")
                        ]))
            }
            if dryRun { return }
            var new = budget
            new[path: ["status", "disruptionsAllowed"]] = JSONValue(allowed - 1)
            new[path: ["status", "disruptedPods", pod.name]] = .string(timestamp())
            do {
                _ = try store.commit(
                    StoreChange(
                        resource: key, namespace: stored.namespace, name: stored.name, basis: stored.revision,
                        object: new))
                return
            } catch is StoreConflict { continue }
        }
    }
}

extension Response {
    /// The answer to an action that has no object to show.
    fileprivate static let created = Response.json(
        ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 201], status: 201)
}

extension JSONValue {
    /// Sets a condition of the status; its time only when the status changes.
    fileprivate mutating func setCondition(_ type: String, status: String, reason: String = "", message: String = "") {
        var conditions = self[path: ["status", "conditions"]]?.arrayValue ?? []
        let old = conditions.first { $0.text("type") == type }
        var condition: JSONValue = ["type": .string(type), "status": .string(status), "lastProbeTime": .null]
        condition["lastTransitionTime"] =
            old?.text("status") == status ? old?["lastTransitionTime"] : .string(timestamp())
        if !reason.isEmpty { condition["reason"] = .string(reason) }
        if !message.isEmpty { condition["message"] = .string(message) }
        conditions.removeAll { $0.text("type") == type }
        self[path: ["status", "conditions"]] = .array(conditions + [condition])
    }
}

extension StatusError {
    /// Containers here are processes of the machine, which need no way in.
    fileprivate static func unserved(_ subresource: String) -> StatusError {
        StatusError(
            code: 501, reason: "NotImplemented",
            message:
                "this cluster does not serve \(subresource): its containers are processes of the machine it runs on"
        )
    }

    static func notSupported(_ verb: String, _ definition: ResourceDefinition) -> StatusError {
        guard definition.isCustom else { return .methodNotAllowed }
        return StatusError(
            code: 405, reason: "MethodNotAllowed",
            message: "\(verb) is not supported on resources of kind \"\(definition.qualifiedPlural)\"",
            details: .init(group: definition.group, kind: definition.plural))
    }
}
