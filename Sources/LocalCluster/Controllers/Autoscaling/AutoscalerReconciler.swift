import APIMachinery
import KubernetesClient
import KubernetesRuntime
import Synchronization

/// Measures the pods of autoscaled workloads every 15 seconds and scales them.
final class AutoscalerReconciler: Reconciler {
    private let context: ControllerContext
    private let autoscalers: ObjectCache
    private let recommendations = Mutex<[String: [AutoscalerDecision.Recommendation]]>([:])

    static let interval = Duration.seconds(15)
    private static let podMetrics = ResourceKind(
        group: "metrics.k8s.io", version: "v1beta1", plural: "pods", kind: "PodMetrics")

    init(context: ControllerContext, autoscalers: ObjectCache) {
        self.context = context
        self.autoscalers = autoscalers
    }

    func reconcile(_ key: ObjectKey) async throws -> ReconcileResult {
        guard let autoscaler = autoscalers[key], !autoscaler.isBeingDeleted else { return .done }
        let target = autoscaler["spec", "scaleTargetRef"] ?? .emptyObject
        let name = target["name"]?.stringValue ?? ""
        var conditions = Conditions(autoscaler, now: .now)
        guard
            let kind = try await context.client.resourceKind(
                apiVersion: target["apiVersion"]?.stringValue ?? "apps/v1", kind: target["kind"]?.stringValue ?? ""),
            let scale = try await find(kind, name, namespace: key.namespace)
        else {
            conditions.set(
                "AbleToScale", "False", reason: "FailedGetScale",
                message: "the target \(target["kind"]?.stringValue ?? "") \(name) was not found")
            try await write(autoscaler, conditions, current: 0, desired: 0, metrics: [], scaled: false)
            return .requeue(after: Self.interval)
        }
        let current = scale.count("spec", "replicas")
        let proposals = try await measure(autoscaler, scale: scale, current: current, &conditions)
        let decision = AutoscalerDecision(
            autoscaler, current: current, proposal: proposals.map(\.proposal.replicas).max(),
            recommendations: recommendations.withLock {
                $0[autoscaler.uid] ?? [.init(time: .now, replicas: current)]
            }, now: .now)
        recommendations.withLock { $0[autoscaler.uid] = decision.recommendations }
        for condition in decision.conditions {
            conditions.set(
                condition.type, condition.isTrue ? "True" : "False", reason: condition.reason,
                message: condition.message)
        }
        let scaled = decision.replicas != current
        if scaled {
            try await context.client.patch(
                kind, name, namespace: key.namespace, .merge(["spec": ["replicas": JSONValue(decision.replicas)]]),
                subresource: "scale")
            conditions.set(
                "AbleToScale", "True", reason: "SucceededRescale",
                message: "the HPA controller was able to update the target scale to \(decision.replicas)")
            context.events.autoscaler.record(
                autoscaler, reason: "SuccessfulRescale", message: "New size: \(decision.replicas); from \(current)")
        }
        try await write(
            autoscaler, conditions, current: scale.count("status", "replicas"), desired: decision.replicas,
            metrics: proposals.map(\.status), scaled: scaled)
        return .requeue(after: Self.interval)
    }

    private func find(_ kind: ResourceKind, _ name: String, namespace: String?) async throws -> UntypedObject? {
        do throws(KubernetesError) {
            return try await context.client.get(kind, name, namespace: namespace, subresource: "scale")
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
    }

    private struct Measured {
        var proposal: AutoscalerMetric.Proposal
        var status: JSONValue
    }

    private func measure(
        _ autoscaler: UntypedObject, scale: UntypedObject, current: Int, _ conditions: inout Conditions
    ) async throws -> [Measured] {
        let selector = try? LabelSelector(parsing: scale["status", "selector"]?.stringValue ?? "")
        guard current > 0, let selector, !selector.requirements.isEmpty else { return [] }
        let pods = context.pods.objects(namespace: autoscaler.namespace).filter {
            $0.isPodActive && selector.matches($0.labels)
        }
        let usage = try await usage(namespace: autoscaler.namespace)
        var measured: [Measured] = []
        for metric in autoscaler["spec", "metrics"]?.arrayValue ?? [] {
            do throws(AutoscalerMetric.Failure) {
                let metric = try AutoscalerMetric(metric)
                let figures = pods.map { pod in
                    AutoscalerMetric.Pod(
                        name: pod.name, isReady: pod.isPodReady, request: Self.request(metric.resource, of: pod),
                        usage: usage[pod.name]?[metric.resource])
                }
                let proposal = try metric.propose(figures, current: current)
                measured.append(Measured(proposal: proposal, status: metric.status(proposal)))
            } catch {
                conditions.set(
                    "ScalingActive", "False", reason: "FailedGetResourceMetric",
                    message: "the HPA was unable to compute the replica count: \(error.text)")
            }
        }
        if !measured.isEmpty {
            conditions.set(
                "ScalingActive", "True", reason: "ValidMetricFound",
                message: "the HPA was able to successfully calculate a replica count from its metrics")
        }
        return measured
    }

    /// Thousandths by pod and resource; nothing where the server has no metrics API.
    private func usage(namespace: String?) async throws -> [String: [String: Double]] {
        do throws(KubernetesError) {
            let list = try await context.client.listAll(Self.podMetrics, namespace: namespace)
            return Dictionary(
                list.items.map { ($0.name, Self.sums($0.json["containers"], "usage")) },
                uniquingKeysWith: { first, _ in first })
        } catch {
            if error.isNotFound || error.isUnavailable { return [:] }
            throw error
        }
    }

    private static func request(_ resource: String, of pod: UntypedObject) -> Double? {
        let containers = pod["spec", "containers"]?.arrayValue ?? []
        let all = containers.compactMap {
            $0[path: ["resources", "requests", resource]]?.stringValue.flatMap(Quantity.thousandths)
        }
        return all.count == containers.count ? all.reduce(0, +) : nil
    }

    private static func sums(_ containers: JSONValue?, _ field: String) -> [String: Double] {
        var sums: [String: Double] = [:]
        for container in containers?.arrayValue ?? [] {
            for (resource, quantity) in container[field]?.stringMapValue ?? [:] {
                sums[resource, default: 0] += Quantity.thousandths(quantity) ?? 0
            }
        }
        return sums
    }

    private func write(
        _ autoscaler: UntypedObject, _ conditions: Conditions, current: Int, desired: Int, metrics: [JSONValue],
        scaled: Bool
    ) async throws {
        let old = autoscaler.status ?? .emptyObject
        var status: JSONValue = [
            "currentReplicas": JSONValue(current), "desiredReplicas": JSONValue(desired),
            "conditions": .array(conditions.entries),
        ]
        if !metrics.isEmpty { status["currentMetrics"] = .array(metrics) }
        status["lastScaleTime"] = scaled ? .string(Timestamp.now.seconds) : old["lastScaleTime"]
        // Figures that merely waver are not worth a write every 15 seconds.
        if let shown = old["currentMetrics"], AutoscalerMetric.areAlike(shown, status["currentMetrics"] ?? .null) {
            status["currentMetrics"] = shown
        }
        try await context.write(status, of: autoscaler, .horizontalPodAutoscaler, in: autoscalers)
    }
}

extension AutoscalerMetric {
    func status(_ proposal: Proposal) -> JSONValue {
        var current: JSONValue = [:]
        let value = proposal.averageValue
        current["averageValue"] =
            resource == "cpu" ? .string("\(Int(value.rounded()))m") : .string("\(Int((value / 1000).rounded()))")
        if let utilization = proposal.utilization { current["averageUtilization"] = JSONValue(utilization) }
        return ["type": "Resource", "resource": ["name": .string(resource), "current": current]]
    }

    /// Whether two `currentMetrics` say the same within five per cent points, or a tenth of a value.
    static func areAlike(_ left: JSONValue, _ right: JSONValue) -> Bool {
        guard let left = left.arrayValue, let right = right.arrayValue, left.count == right.count else { return false }
        return zip(left, right).allSatisfy { left, right in
            let (a, b) = (left[path: ["resource", "current"]], right[path: ["resource", "current"]])
            guard left[path: ["resource", "name"]] == right[path: ["resource", "name"]] else { return false }
            if let a = a?["averageUtilization"]?.intValue, let b = b?["averageUtilization"]?.intValue {
                return abs(a - b) <= 5
            }
            let x = a?["averageValue"]?.stringValue.flatMap(Quantity.thousandths) ?? 0
            let y = b?["averageValue"]?.stringValue.flatMap(Quantity.thousandths) ?? 0
            return abs(x - y) <= max(x, y) / 10
        }
    }
}

extension AutoscalerMetric.Failure {
    fileprivate var text: String {
        switch self {
        case .unsupported(let type): "metrics of type \(type) are not served by this cluster"
        case .noMetrics: "no metrics returned from resource metrics API"
        case .missingRequest(let pod): "missing request for a resource in a container of Pod \(pod)"
        }
    }
}
