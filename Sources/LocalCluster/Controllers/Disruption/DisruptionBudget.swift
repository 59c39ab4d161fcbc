import KubernetesClient

/// The status of a PodDisruptionBudget, as a value.
struct DisruptionBudget: Equatable {
    /// An evicted pod that is not going by then was not evicted after all.
    static let patience = Duration.seconds(120)

    /// `nil` when the present one is right.
    private(set) var status: JSONValue?
    /// When an eviction that shows no effect is forgotten.
    private(set) var requeue: Duration?

    /// Whether the number of pods there should be must be asked of their controllers.
    static func countsByScale(_ budget: UntypedObject) -> Bool {
        if budget["spec", "maxUnavailable"] != nil { return true }
        return budget["spec", "minAvailable"]?.stringValue != nil
    }

    /// - Parameters:
    ///   - pods: the pods it selects.
    ///   - scale: how many there should be, by the scale of their controllers.
    init(_ budget: UntypedObject, pods: [UntypedObject], scale: Int, now: Timestamp) {
        let expected = Self.countsByScale(budget) ? scale : pods.count
        let desired: Int
        if let unavailable = IntOrPercent(budget["spec", "maxUnavailable"]) {
            desired = max(0, expected - unavailable.of(expected, roundingUp: true))
        } else {
            desired = IntOrPercent(budget["spec", "minAvailable"])?.of(expected, roundingUp: true) ?? 0
        }
        var disrupted = budget["status", "disruptedPods"]?.objectValue ?? [:]
        let present = Set(pods.filter { !$0.isBeingDeleted }.map(\.name))
        disrupted = disrupted.filter { name, time in
            let limit = time.stringValue.flatMap { Timestamp($0) }.map { $0 + Self.patience }
            guard present.contains(name), let limit, limit >= now else { return false }
            requeue = min(requeue ?? .seconds(3600), limit - now)
            return true
        }
        let healthy = pods.count { $0.isPodReady && !$0.isBeingDeleted && disrupted[$0.name] == nil }
        let allowed = expected == 0 ? 0 : max(0, healthy - desired)
        var conditions = Conditions(budget, now: now)
        conditions.set(
            "DisruptionAllowed", allowed > 0 ? "True" : "False",
            reason: allowed > 0 ? "SufficientPods" : "InsufficientPods", message: "", generation: budget.generation)
        var status: JSONValue = [
            "currentHealthy": JSONValue(healthy), "desiredHealthy": JSONValue(desired),
            "disruptionsAllowed": JSONValue(allowed), "expectedPods": JSONValue(expected),
            "observedGeneration": JSONValue(budget.generation), "conditions": .array(conditions.entries),
        ]
        if !disrupted.isEmpty { status["disruptedPods"] = .object(disrupted) }
        if status != budget.status { self.status = status }
    }

    /// The status of a budget whose pods cannot be counted: it allows nothing.
    init(_ budget: UntypedObject, failure: String, now: Timestamp) {
        var status = budget.status ?? .emptyObject
        var conditions = Conditions(budget, now: now)
        conditions.set(
            "DisruptionAllowed", "False", reason: "SyncFailed", message: failure, generation: budget.generation)
        status["disruptionsAllowed"] = 0
        status["conditions"] = .array(conditions.entries)
        if status != budget.status { self.status = status }
    }
}
