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
        case (_, "scale") where definition.scale != nil: return try answerScale(request)
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
        default:
            if definition.isCustom { throw StatusError.notFound(definition, name: request.name) }
            throw StatusError.resourceNotFound
        }
    }

    /// The namespace controller says that nothing is left in a namespace.
    private func finalize(_ request: ObjectRequest) throws -> Response {
        let options = try WriteOptions(request.request, kind: "UpdateOptions")
        let (sent, _) = try request.sentObject(options)
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
        let binding = try request.request.json(for: nil).value
        guard let node = binding[path: ["target", "name"]]?.stringValue, !node.isEmpty else {
            throw StatusError.invalid(
                kind: "Binding", group: "", name: request.name, [.required("target.name")])
        }
        _ = try update(request, manager: options.manager, dryRun: options.dryRun) { old in
            guard (old[path: ["spec", "nodeName"]]?.stringValue ?? "").isEmpty else {
                throw StatusError.conflict(request.definition, name: request.name, "pod is already assigned to a node")
            }
            var new = old
            new[path: ["spec", "nodeName"]] = .string(node)
            return new
        }
        return .success(status: 201)
    }

    private func evict(_ request: ObjectRequest) throws -> Response {
        let body = try request.request.json(for: nil).value
        var options = DeleteOptions()
        options.dryRun =
            !(body[path: ["deleteOptions", "dryRun"]]?.arrayValue ?? []).isEmpty
            || !request.query.all("dryRun").isEmpty
        options.gracePeriodSeconds = body[path: ["deleteOptions", "gracePeriodSeconds"]]?.intValue
        options.uid = body[path: ["deleteOptions", "preconditions", "uid"]]?.stringValue
        let pod = try find(request)
        let value = pod.value()
        let needsBudget =
            ["Pending", "Running"].contains(value.text("status", "phase"))
            && value[path: ["metadata", "deletionTimestamp"]] == nil
        if needsBudget { try spendDisruption(pod, request, dryRun: options.dryRun) }
        _ = try delete(request, options)
        return .success(status: 201)
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
            guard let (stored, budget) = budgets.first else { return }
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
    static func success(status: Int) -> Response {
        .json(["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success"], status: status)
    }
}

extension StatusError {
    fileprivate static func notSupported(_ verb: String, _ definition: ResourceDefinition) -> StatusError {
        guard definition.isCustom else { return .methodNotAllowed }
        return StatusError(
            code: 405, reason: "MethodNotAllowed",
            message: "\(verb) is not supported on resources of kind \"\(definition.qualifiedPlural)\"",
            details: .init(group: definition.group, kind: definition.plural))
    }
}
