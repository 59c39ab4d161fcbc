import APIMachinery
import KubernetesClient
import KubernetesRuntime

/// Keeps the status of PodDisruptionBudgets, by which an eviction is allowed or refused.
struct DisruptionBudgetReconciler: Reconciler {
    let context: ControllerContext
    let budgets: ObjectCache

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let budget = budgets[key], !budget.isBeingDeleted else { return .done }
        // A budget without a selector has no pods.
        let selector = budget["spec", "selector"].flatMap { LabelSelector($0) }
        let pods = context.pods.objects(namespace: key.namespace).filter { selector?.matches($0.labels) ?? false }
        if pods.isEmpty {
            context.events.disruption.record(budget, reason: "NoPods", message: "No matching pods found")
        }
        let scale: Int
        do {
            scale = DisruptionBudget.countsByScale(budget) ? try await self.scale(of: pods, budget) : 0
        } catch let failure as Uncountable {
            let message = failure.message
            context.events.disruption.record(
                budget, .warning, reason: "CalculateExpectedPodCountFailed",
                message: "Failed to calculate the number of expected pods: \(message)")
            let failed = DisruptionBudget(budget, failure: message, now: .now)
            try await context.write(failed.status, of: budget, .podDisruptionBudget, in: budgets)
            return .done
        }
        let decision = DisruptionBudget(budget, pods: pods, scale: scale, now: .now)
        try await context.write(decision.status, of: budget, .podDisruptionBudget, in: budgets)
        return decision.requeue.map { .requeue(after: $0) } ?? .done
    }

    private struct Uncountable: Error {
        var message: String
    }

    /// How many pods their controllers want in all.
    private func scale(of pods: [UntypedObject], _ budget: UntypedObject) async throws -> Int {
        var scales: [String: Int] = [:]
        var hasUnmanaged = false
        for pod in pods {
            guard var owner = pod.controllerReference else {
                hasUnmanaged = true
                continue
            }
            let set = context.replicaSets[ObjectKey(namespace: pod.namespace, name: owner.name)]
            if let set, set.uid == owner.uid { owner = set.controllerReference ?? owner }
            guard scales[owner.uid] == nil else { continue }
            scales[owner.uid] = try await scale(of: owner, namespace: pod.namespace, pod: pod)
        }
        if hasUnmanaged {
            context.events.disruption.record(
                budget, .warning, reason: "UnmanagedPods",
                message: "Pods selected by this PodDisruptionBudget (selector: "
                    + "\(Self.text(budget["spec", "selector"]))) were found to be unmanaged. As a result, the status of "
                    + "the PDB cannot be calculated correctly, which may result in undefined behavior. To account for "
                    + "these pods please set \".spec.minAvailable\" field of the PDB to an integer value.")
        }
        return scales.values.reduce(0, +)
    }

    private func scale(of owner: OwnerReference, namespace: String?, pod: UntypedObject) async throws -> Int {
        let key = ObjectKey(namespace: namespace, name: owner.name)
        for cache in [context.deployments, context.replicaSets] {
            if let object = cache[key], object.uid == owner.uid { return object["spec", "replicas"]?.intValue ?? 1 }
        }
        guard let kind = try await context.client.resourceKind(apiVersion: owner.apiVersion, kind: owner.kind) else {
            throw Uncountable(message: "found no controllers for pod \"\(pod.name)\"")
        }
        do throws(KubernetesError) {
            let scale = try await context.client.get(kind, owner.name, namespace: namespace, subresource: "scale")
            return scale.count("spec", "replicas")
        } catch {
            guard error.isNotFound else { throw error }
            let name = kind.group.isEmpty ? kind.plural : "\(kind.plural).\(kind.group)"
            throw Uncountable(message: "\(name) does not implement the scale subresource")
        }
    }

    /// A selector as Go prints it.
    private static func text(_ selector: JSONValue?) -> String {
        let labels = (selector?["matchLabels"]?.stringMapValue ?? [:]).sorted { $0.key < $1.key }
        let expressions = (selector?["matchExpressions"]?.arrayValue ?? []).map { expression in
            let values = (expression["values"]?.arrayValue ?? []).compactMap(\.stringValue)
            return "LabelSelectorRequirement{Key:\(expression["key"]?.stringValue ?? ""),Operator:"
                + "\(expression["operator"]?.stringValue ?? ""),Values:[\(values.joined(separator: " "))],},"
        }
        return "&LabelSelector{MatchLabels:map[string]string{\(labels.map { "\($0.key): \($0.value)," }.joined())},"
            + "MatchExpressions:[]LabelSelectorRequirement{\(expressions.joined())},}"
    }

    static func budgets(_ cache: ObjectCache, of pod: UntypedObject) -> [ObjectKey] {
        cache.objects(namespace: pod.namespace)
            .filter { $0["spec", "selector"].flatMap { LabelSelector($0) }?.matches(pod.labels) == true }
            .map(\.key)
    }
}
