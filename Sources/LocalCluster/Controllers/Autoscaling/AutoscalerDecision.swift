import KubernetesClient

/// What becomes of a proposal, as a value: stabilization, speed and bounds, with the conditions that tell of them.
struct AutoscalerDecision: Equatable {
    struct Condition: Equatable {
        var type: String
        var isTrue = true
        var reason: String
        var message: String
    }

    var replicas: Int
    var conditions: [Condition] = []

    /// - Parameters:
    ///   - proposal: by the metrics.
    ///   - history: what was proposed and done before.
    init(
        _ autoscaler: UntypedObject, current: Int, proposal: Int, history: AutoscalerHistory, now: Timestamp
    ) {
        let minimum = autoscaler["spec", "minReplicas"]?.intValue ?? 1
        let maximum = autoscaler["spec", "maxReplicas"]?.intValue ?? current
        let behavior = autoscaler["spec", "behavior"]
        let up = ScalingRules(behavior?["scaleUp"], isUp: true)
        let down = ScalingRules(behavior?["scaleDown"], isUp: false)
        func recent(_ window: Duration) -> [Int] {
            history.recommendations.filter { now - $0.time <= window }.map(\.replicas) + [proposal]
        }
        let lowest = recent(up.window).min() ?? proposal
        let highest = recent(down.window).max() ?? proposal
        let stable = behavior == nil ? highest : min(max(current, lowest), highest)
        let isUp = behavior != nil && proposal >= current
        conditions.append(
            stable == proposal
                ? Condition(
                    type: "AbleToScale", reason: "ReadyForNewScale", message: "recommended size matches current size")
                : Condition(
                    type: "AbleToScale", reason: isUp ? "ScaleUpStabilized" : "ScaleDownStabilized",
                    message: "recent recommendations were \(isUp ? "lower" : "higher") than current one, applying the "
                        + "\(isUp ? "lowest" : "highest") recent recommendation"))
        replicas = stable
        let start = { (period: Duration) in history.replicas(before: period, current: current, now: now) }
        let fastest = behavior == nil ? max(2 * current, 4) : max(up.limit(current, start), current)
        let slowest = behavior == nil ? minimum : min(down.limit(current, start), current)
        // Without behavior the bounds hold whichever way it goes; with it, those of the way it goes.
        if stable > current || behavior == nil, stable > min(maximum, fastest) {
            replicas = min(maximum, fastest)
            limit(
                maximum > fastest
                    ? ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
                    : ("TooManyReplicas", "the desired replica count is more than the maximum replica count"))
        } else if stable < current || behavior == nil, stable < max(minimum, slowest) {
            replicas = max(minimum, slowest)
            limit(
                minimum < slowest
                    ? ("ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate")
                    : ("TooFewReplicas", "the desired replica count is less than the minimum replica count"))
        } else {
            conditions.append(
                Condition(
                    type: "ScalingLimited", isTrue: false, reason: "DesiredWithinRange",
                    message: "the desired count is within the acceptable range"))
        }
    }

    private mutating func limit(_ limit: (reason: String, message: String)) {
        conditions.append(Condition(type: "ScalingLimited", reason: limit.reason, message: limit.message))
    }
}

/// `spec.behavior.scaleUp` or `scaleDown`, with the defaults that the server has set.
private struct ScalingRules {
    let isUp: Bool
    let window: Duration
    private let select: String
    private let policies: [JSONValue]

    init(_ rules: JSONValue?, isUp: Bool) {
        self.isUp = isUp
        window = .seconds(rules?["stabilizationWindowSeconds"]?.intValue ?? (isUp ? 0 : 300))
        select = rules?["selectPolicy"]?.stringValue ?? "Max"
        policies = rules?["policies"]?.arrayValue ?? []
    }

    /// How far the policies let it go.
    ///
    /// - Parameter start: how many replicas there were so long ago.
    func limit(_ current: Int, _ start: (Duration) -> Int) -> Int {
        guard select != "Disabled" else { return current }
        let limits = policies.map { policy in
            let start = start(.seconds(policy["periodSeconds"]?.intValue ?? 0))
            let value = policy["value"]?.intValue ?? 0
            guard policy["type"]?.stringValue == "Percent" else { return isUp ? start + value : start - value }
            let scaled = Double(start) * (1 + Double(isUp ? value : -value) / 100)
            return Int(scaled.rounded(isUp ? .up : .towardZero))
        }
        return (select == "Min") == isUp ? limits.min() ?? current : limits.max() ?? current
    }
}
