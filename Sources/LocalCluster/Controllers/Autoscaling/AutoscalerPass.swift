import APIMachinery
import KubernetesClient

/// One look at a HorizontalPodAutoscaler, from its target's scale to its new status, in the order of Kubernetes'
/// controller.
struct AutoscalerPass {
    struct Measurement {
        var metric: AutoscalerMetric
        var pods: Result<[MeasuredPod], AutoscalerFailure>
    }

    struct Event: Equatable {
        var isWarning = false
        var reason: String
        var message: String
    }

    let autoscaler: UntypedObject
    let now: Timestamp
    private(set) var current = 0
    private(set) var desired: Int
    private(set) var needsMetrics = false
    private(set) var rescales = false
    var events: [Event] = []
    /// What a failure is called that ends the pass.
    private(set) var failureReason = "FailedGetScale"
    private var conditions: Conditions
    private var reason = ""
    private var metrics: [JSONValue]?
    private var hasScaled = false

    private let minimum: Int
    private let maximum: Int

    init(_ autoscaler: UntypedObject, now: Timestamp) {
        self.autoscaler = autoscaler
        self.now = now
        conditions = Conditions(autoscaler, now: now)
        minimum = autoscaler["spec", "minReplicas"]?.intValue ?? 1
        maximum = autoscaler["spec", "maxReplicas"]?.intValue ?? 1
        current = autoscaler.count("status", "currentReplicas")
        desired = autoscaler.count("status", "desiredReplicas")
    }

    /// What the bounds alone decide.
    mutating func note(scale: UntypedObject) {
        put("AbleToScale", "SucceededGetScale", "the HPA controller was able to get the target's current scale")
        failureReason = "FailedComputeMetricsReplicas"
        current = scale.count("spec", "replicas")
        desired = current
        if current == 0 {
            put(
                "ScalingActive", "ScalingDisabled", "scaling is disabled since the replica count of the target is zero",
                isTrue: false)
        } else if current > maximum {
            (desired, reason, rescales) = (maximum, "Current number of replicas above Spec.MaxReplicas", true)
        } else if current < minimum {
            (desired, reason, rescales) = (minimum, "Current number of replicas below Spec.MinReplicas", true)
        } else {
            needsMetrics = true
        }
    }

    /// The most that a metric asks for; those that fail keep it from shrinking.
    ///
    /// - Returns: `nil` when nothing can be said.
    mutating func weigh(_ measurements: [Measurement]) throws(AutoscalerFailure) -> Int? {
        let behavior = autoscaler["spec", "behavior"]
        func tolerance(_ direction: String) -> Double {
            Quantity.thousandths(behavior?[path: [direction, "tolerance"]]).map { Double($0) / 1000 } ?? 0.1
        }
        let tolerances = ReplicaProposal.Tolerance(down: tolerance("scaleDown"), up: tolerance("scaleUp"))
        var best: (replicas: Int, name: String)?
        var failures: [(metric: AutoscalerMetric, failure: AutoscalerFailure)] = []
        var shown: [JSONValue] = []
        for measurement in measurements {
            do throws(AutoscalerFailure) {
                let proposal = try ReplicaProposal(
                    measurement.metric.target, pods: try measurement.pods.get(), current: current,
                    tolerance: tolerances)
                shown.append(measurement.metric.status(proposal))
                if proposal.replicas > best?.replicas ?? 0 { best = (proposal.replicas, measurement.metric.name) }
            } catch {
                shown.append(["type": ""])
                events.append(
                    .init(
                        isWarning: true, reason: measurement.metric.failureReason,
                        message: measurement.metric.explained(error)))
                failures.append((measurement.metric, error))
            }
        }
        metrics = shown
        let proposed = best?.replicas ?? 0
        if let first = failures.first, failures.count == measurements.count || proposed < current {
            put(
                "ScalingActive", first.metric.failureReason,
                "the HPA was unable to compute the replica count: \(first.metric.explained(first.failure))",
                isTrue: false)
            desired = autoscaler.count("status", "desiredReplicas")
            throw AutoscalerFailure(
                message: "invalid metrics (\(failures.count) invalid out of \(measurements.count)), first error is: "
                    + first.metric.summarized(first.failure))
        }
        put(
            "ScalingActive", "ValidMetricFound",
            "the HPA was able to successfully calculate a replica count from \(best?.name ?? "")")
        if proposed > current { reason = "\(best?.name ?? "") above target" }
        if proposed < current { reason = "All metrics below target" }
        return proposed
    }

    mutating func decide(_ proposal: Int, _ history: inout AutoscalerHistory) {
        let decision = AutoscalerDecision(autoscaler, current: current, proposal: proposal, history: history, now: now)
        history.noteRecommendation(proposal, at: now)
        for condition in decision.conditions {
            put(condition.type, condition.reason, condition.message, isTrue: condition.isTrue)
        }
        desired = decision.replicas
        rescales = desired != current
    }

    mutating func noteRescaled() {
        hasScaled = true
        put(
            "AbleToScale", "SucceededRescale",
            "the HPA controller was able to update the target scale to \(desired)")
        events.append(.init(reason: "SuccessfulRescale", message: "New size: \(desired); reason: \(reason)"))
    }

    mutating func noteNotRescaled(_ error: String) {
        put(
            "AbleToScale", "FailedUpdateScale", "the HPA controller was unable to update the target scale: \(error)",
            isTrue: false)
        events.append(
            .init(
                isWarning: true, reason: "FailedRescale",
                message: "New size: \(desired); reason: \(reason); error: \(error)"))
        desired = autoscaler.count("status", "desiredReplicas")
    }

    /// Where the target could not even be found.
    mutating func noteNoScale(_ error: String) {
        put(
            "AbleToScale", "FailedGetScale",
            "the HPA controller was unable to get the target's current scale: \(error)",
            isTrue: false)
    }

    private mutating func put(_ type: String, _ reason: String, _ message: String, isTrue: Bool = true) {
        conditions.set(type, isTrue ? "True" : "False", reason: reason, message: message)
    }

    var status: JSONValue {
        let old = autoscaler.status ?? .emptyObject
        var status: JSONValue = [
            "currentReplicas": JSONValue(current), "desiredReplicas": JSONValue(desired),
            "conditions": .array(conditions.entries),
        ]
        status["currentMetrics"] = failureReason == "FailedGetScale" ? old["currentMetrics"] : nil
        if let metrics { status["currentMetrics"] = .array(metrics) }
        status["lastScaleTime"] = hasScaled ? .string(now.seconds) : old["lastScaleTime"]
        // Figures that merely waver are not worth a write every 15 seconds.
        if let shown = old["currentMetrics"], Self.areAlike(shown, status["currentMetrics"]) {
            status["currentMetrics"] = shown
        }
        return status
    }

    /// Whether two `currentMetrics` say the same within five per cent points, or a tenth of a value.
    private static func areAlike(_ left: JSONValue, _ right: JSONValue?) -> Bool {
        guard let left = left.arrayValue, let right = right?.arrayValue, left.count == right.count else { return false }
        return zip(left, right).allSatisfy { left, right in
            guard left["type"] == right["type"], let (field, a) = left.objectValue?.first(where: { $0.key != "type" }),
                let b = right[field], a["name"] == b["name"], a["metric"] == b["metric"]
            else { return left == right }
            let (old, new) = (a["current"], b["current"])
            if let old = old?["averageUtilization"]?.intValue, let new = new?["averageUtilization"]?.intValue {
                return abs(old - new) <= 5
            }
            let x = Quantity.thousandths(old?["averageValue"]) ?? 0
            let y = Quantity.thousandths(new?["averageValue"]) ?? 0
            return abs(x - y) <= max(x, y) / 10
        }
    }
}
