/// How many replicas one metric asks for, by Kubernetes' formula (pkg/controller/podautoscaler/replica_calculator.go).
struct ReplicaProposal: Equatable {
    var replicas: Int
    /// What `status.currentMetrics` shows: per cent of the requests, and thousandths per pod.
    var utilization: Int?
    var averageValue: Int

    /// The part of the target by which usage may be above or below without consequence.
    struct Tolerance: Equatable {
        var down = 0.1
        var up = 0.1

        func contains(_ ratio: Double) -> Bool { 1 - down <= ratio && ratio <= 1 + up }
    }

    init(
        _ target: AutoscalerMetric.Target, pods: [MeasuredPod], current: Int, tolerance: Tolerance = Tolerance()
    ) throws(AutoscalerFailure) {
        guard !pods.isEmpty else {
            throw AutoscalerFailure(message: "no pods returned by selector while calculating replica count")
        }
        let ready = pods.filter { $0.group == .ready }
        guard !ready.isEmpty else {
            throw AutoscalerFailure(message: "did not receive metrics for targeted pods (pods might be unready)")
        }
        let formula = try Formula(target, pods)
        var values = Dictionary(ready.map { ($0.name, $0.value ?? 0) }, uniquingKeysWith: { first, _ in first })
        let first = try formula.ratio(values)
        utilization = first.utilization
        averageValue = first.averageValue
        replicas = current
        let unready = pods.filter { $0.group == .unready }
        let missing = pods.filter { $0.group == .missing }
        let growsWithUnready = !unready.isEmpty && first.ratio > 1
        if !growsWithUnready, missing.isEmpty {
            if !tolerance.contains(first.ratio) { replicas = Self.count(first.ratio, ready.count) }
            return
        }
        // Pods without figures are taken for idle when that argues against growing, for full when against shrinking.
        for pod in missing where first.ratio != 1 { values[pod.name] = first.ratio < 1 ? formula.full(pod) : 0 }
        if growsWithUnready { for pod in unready { values[pod.name] = 0 } }
        let second = try formula.ratio(values)
        let turns = (first.ratio < 1 && second.ratio > 1) || (first.ratio > 1 && second.ratio < 1)
        guard !tolerance.contains(second.ratio), !turns else { return }
        let new = Self.count(second.ratio, values.count)
        if (second.ratio < 1 && new > current) || (second.ratio > 1 && new < current) { return }
        replicas = new
    }

    private static func count(_ ratio: Double, _ pods: Int) -> Int { Int((ratio * Double(pods)).rounded(.up)) }

    private struct Formula {
        let target: AutoscalerMetric.Target
        var requests: [String: Int] = [:]

        init(_ target: AutoscalerMetric.Target, _ pods: [MeasuredPod]) throws(AutoscalerFailure) {
            self.target = target
            guard case .utilization = target else { return }
            for pod in pods { requests[pod.name] = try pod.request.get() }
        }

        func ratio(
            _ values: [String: Int]
        ) throws(AutoscalerFailure) -> (ratio: Double, utilization: Int?, averageValue: Int) {
            let sum = values.values.reduce(0, +)
            switch target {
            case .utilization(let percent):
                let request = values.keys.reduce(0) { $0 + (requests[$1] ?? 0) }
                guard request > 0 else { throw AutoscalerFailure(message: "no metrics returned matched known pods") }
                let utilization = sum * 100 / request
                return (Double(utilization) / Double(percent), utilization, sum / values.count)
            case .averageValue(let value):
                let average = sum / values.count
                return (Double(average) / Double(value), nil, average)
            }
        }

        func full(_ pod: MeasuredPod) -> Int {
            switch target {
            case .utilization(let percent): (requests[pod.name] ?? 0) * max(100, percent) / 100
            case .averageValue(let value): value
            }
        }
    }
}
