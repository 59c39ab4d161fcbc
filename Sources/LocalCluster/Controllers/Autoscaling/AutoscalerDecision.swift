import KubernetesClient

/// How many replicas a HorizontalPodAutoscaler wants, as a value: bounds, speed and stabilization.
struct AutoscalerDecision: Equatable {
    /// A former proposal, kept for the stabilization window.
    struct Recommendation: Equatable {
        var time: Timestamp
        var replicas: Int
    }

    struct Condition: Equatable {
        var type: String
        var isTrue: Bool
        var reason: String
        var message: String
    }

    var replicas: Int
    var conditions: [Condition] = []
    var recommendations: [Recommendation]

    /// - Parameters:
    ///   - proposal: by the metrics, `nil` when they could not be had.
    ///   - recommendations: what was proposed before.
    init(
        _ autoscaler: UntypedObject, current: Int, proposal: Int?, recommendations: [Recommendation], now: Timestamp
    ) {
        let minimum = autoscaler["spec", "minReplicas"]?.intValue ?? 1
        let maximum = autoscaler["spec", "maxReplicas"]?.intValue ?? current
        self.recommendations = recommendations
        replicas = current
        guard current > 0 || minimum == 0 else {
            conditions = [
                Condition(
                    type: "ScalingActive", isTrue: false, reason: "ScalingDisabled",
                    message: "scaling is disabled since the replica count of the target is zero")
            ]
            return
        }
        guard let proposal else {
            replicas = min(max(current, minimum), maximum)
            return
        }
        func window(_ direction: String, _ otherwise: Int) -> Duration {
            .seconds(
                autoscaler["spec", "behavior", direction, "stabilizationWindowSeconds"]?.intValue ?? otherwise)
        }
        let (up, down) = (window("scaleUp", 0), window("scaleDown", 300))
        self.recommendations =
            recommendations.filter { now - $0.time <= max(up, down) } + [.init(time: now, replicas: proposal)]
        let lowest = self.recommendations.filter { now - $0.time <= up }.map(\.replicas).min() ?? proposal
        let highest = self.recommendations.filter { now - $0.time <= down }.map(\.replicas).max() ?? proposal
        let stable = max(min(current, highest), lowest)
        conditions.append(
            stable == proposal
                ? Condition(
                    type: "AbleToScale", isTrue: true, reason: "ReadyForNewScale",
                    message: "recommended size matches current size")
                : Condition(
                    type: "AbleToScale", isTrue: true,
                    reason: stable > proposal ? "ScaleDownStabilized" : "ScaleUpStabilized",
                    message: "recent recommendations were \(stable > proposal ? "higher" : "lower") than current one, "
                        + "applying the \(stable > proposal ? "highest" : "lowest") recent recommendation"))
        bound(stable, current: current, minimum: minimum, maximum: maximum)
    }

    private mutating func bound(_ wanted: Int, current: Int, minimum: Int, maximum: Int) {
        // Kubernetes' default policy: within 15 s at most twice as many, or four more.
        let fastest = max(current * 2, current + 4)
        replicas = min(max(wanted, minimum), maximum, max(fastest, minimum))
        let limit: (reason: String, message: String)? =
            if wanted > maximum {
                ("TooManyReplicas", "the desired replica count is more than the maximum replica count")
            } else if wanted < minimum {
                ("TooFewReplicas", "the desired replica count is less than the minimum replica count")
            } else if wanted > fastest {
                ("ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate")
            } else {
                nil
            }
        conditions.append(
            Condition(
                type: "ScalingLimited", isTrue: limit != nil, reason: limit?.reason ?? "DesiredWithinRange",
                message: limit?.message ?? "the desired count is within the acceptable range"))
    }
}
