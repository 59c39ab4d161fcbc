import KubernetesClient

/// The status of a PodDisruptionBudget, as a value.
enum DisruptionBudget {
    /// - Parameters:
    ///   - pods: the pods it selects.
    ///   - expected: how many there should be, by the scale of their controllers.
    /// - Returns: the new status, `nil` when the present one is right.
    static func status(_ budget: UntypedObject, pods: [UntypedObject], expected: Int, now: Timestamp) -> JSONValue? {
        let active = pods.filter { !$0.isPodFinished }
        let healthy = active.count { $0.isPodReady && !$0.isBeingDeleted }
        var total = active.count
        let desired: Int
        if let unavailable = IntOrPercent(budget["spec", "maxUnavailable"]) {
            total = expected
            desired = max(0, expected - unavailable.of(expected, roundingUp: true))
        } else if let minimum = IntOrPercent(budget["spec", "minAvailable"]) {
            if case .percent = minimum { total = expected }
            desired = minimum.of(total, roundingUp: true)
        } else {
            desired = 0
        }
        let allowed = total == 0 ? 0 : max(0, healthy - desired)
        var conditions = Conditions(budget, now: now)
        conditions.set(
            "DisruptionAllowed", allowed > 0 ? "True" : "False",
            reason: allowed > 0 ? "SufficientPods" : "InsufficientPods", message: "",
            generation: budget.generation)
        let status: JSONValue = [
            "currentHealthy": JSONValue(healthy), "desiredHealthy": JSONValue(desired),
            "disruptionsAllowed": JSONValue(allowed), "expectedPods": JSONValue(total),
            "observedGeneration": JSONValue(budget.generation), "conditions": .array(conditions.entries),
        ]
        return status == budget.status ? nil : status
    }
}
