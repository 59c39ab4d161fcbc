import KubernetesClient

/// One resource metric of a HorizontalPodAutoscaler and Kubernetes' formula for it
/// (pkg/controller/podautoscaler/replica_calculator.go).
struct AutoscalerMetric: Equatable {
    enum Target: Equatable {
        /// Per cent of the pods' requests.
        case utilization(Int)
        /// Thousandths of the unit, per pod.
        case averageValue(Double)
    }

    enum Failure: Error, Equatable {
        case unsupported(String)
        case noMetrics
        case missingRequest(String)
    }

    struct Pod: Equatable {
        var name: String
        var isReady: Bool
        /// Thousandths; `nil` when the pod's containers do not say.
        var request: Double?
        /// Thousandths; `nil` when nothing was measured.
        var usage: Double?
    }

    struct Proposal: Equatable {
        var replicas: Int
        /// What `status.currentMetrics` shows.
        var utilization: Int?
        var averageValue: Double
    }

    static let tolerance = 0.1

    let resource: String
    let target: Target

    init(_ metric: JSONValue) throws(Failure) {
        guard metric["type"]?.stringValue == "Resource", let name = metric[path: ["resource", "name"]]?.stringValue,
            let target = metric[path: ["resource", "target"]]
        else { throw .unsupported(metric["type"]?.stringValue ?? "") }
        resource = name
        if let utilization = target["averageUtilization"]?.intValue {
            self.target = .utilization(utilization)
        } else if let value = target["averageValue"]?.stringValue.flatMap(Quantity.thousandths) {
            self.target = .averageValue(value)
        } else {
            throw .unsupported(metric["type"]?.stringValue ?? "")
        }
    }

    func propose(_ pods: [Pod], current: Int) throws(Failure) -> Proposal {
        let measured = pods.filter { $0.isReady && $0.usage != nil }
        guard !measured.isEmpty else { throw .noMetrics }
        let usage = measured.reduce(0) { $0 + ($1.usage ?? 0) }
        let average = usage / Double(measured.count)
        var utilization: Int?
        if case .utilization = target {
            let request = try requests(measured)
            utilization = Int((usage * 100 / request).rounded(.down))
        }
        let ratio = try ratio(measured)
        var proposal = Proposal(replicas: current, utilization: utilization, averageValue: average)
        let others = pods.filter { !$0.isReady || $0.usage == nil }
        if others.isEmpty || (ratio < 1 && others.allSatisfy { !$0.isReady }) {
            if abs(ratio - 1) > Self.tolerance { proposal.replicas = Self.count(ratio, measured.count) }
            return proposal
        }
        // Pods without figures are taken for idle when that argues against growing, for full when against shrinking.
        let assumed = try others.map { pod throws(Failure) -> Pod in
            var pod = pod
            if ratio > 1 { pod.usage = 0 } else { pod.usage = try full(pod) }
            return pod
        }
        let all = measured + assumed
        let corrected = try self.ratio(all)
        if abs(corrected - 1) <= Self.tolerance || (ratio < 1) != (corrected < 1) { return proposal }
        let replicas = Self.count(corrected, all.count)
        if (corrected < 1 && replicas > current) || (corrected > 1 && replicas < current) { return proposal }
        proposal.replicas = replicas
        return proposal
    }

    private static func count(_ ratio: Double, _ pods: Int) -> Int {
        Int((ratio * Double(pods) - 1e-9).rounded(.up))
    }

    private func ratio(_ pods: [Pod]) throws(Failure) -> Double {
        let usage = pods.reduce(0) { $0 + ($1.usage ?? 0) }
        switch target {
        case .utilization(let percent):
            return (usage * 100 / (try requests(pods))).rounded(.down) / Double(percent)
        case .averageValue(let value): return usage / (Double(pods.count) * value)
        }
    }

    private func requests(_ pods: [Pod]) throws(Failure) -> Double {
        var sum = 0.0
        for pod in pods {
            guard let request = pod.request, request > 0 else { throw .missingRequest(pod.name) }
            sum += request
        }
        return sum
    }

    private func full(_ pod: Pod) throws(Failure) -> Double {
        switch target {
        case .utilization: return try requests([pod])
        case .averageValue(let value): return value
        }
    }
}
