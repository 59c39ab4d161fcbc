import APIMachinery
import KubernetesClient

/// One metric of a HorizontalPodAutoscaler: what is measured, and what it should be.
struct AutoscalerMetric: Equatable {
    enum Source: Equatable {
        /// Of all containers of a pod.
        case resource(String)
        /// Served by `custom.metrics.k8s.io`, of series with some labels.
        case pods(String, selector: JSONValue?)
        /// A type of metric that nothing here serves.
        case other(String)
    }

    enum Target: Equatable {
        /// Per cent of the pods' requests.
        case utilization(Int)
        /// Thousandths of the unit, per pod.
        case averageValue(Int)
    }

    let source: Source
    let target: Target

    /// `nil` for what validation lets nobody write.
    init?(_ metric: JSONValue) {
        let type = metric["type"]?.stringValue ?? ""
        guard let spec = metric[type.prefix(1).lowercased() + type.dropFirst()], let target = spec["target"] else {
            return nil
        }
        source =
            switch type {
            case "Resource": .resource(spec["name"]?.stringValue ?? "")
            case "Pods":
                .pods(spec[path: ["metric", "name"]]?.stringValue ?? "", selector: spec[path: ["metric", "selector"]])
            default: .other(type)
            }
        self.target =
            target["averageUtilization"]?.intValue.map { .utilization($0) }
            ?? .averageValue(Quantity.thousandths(target["averageValue"]) ?? 0)
    }

    private var type: String {
        switch source {
        case .resource: "Resource"
        case .pods: "Pods"
        case .other(let type): type
        }
    }

    /// As messages name it.
    var name: String {
        switch (source, target) {
        case (.resource(let name), .utilization): "\(name) resource utilization (percentage of request)"
        case (.resource(let name), .averageValue): "\(name) resource"
        case (.pods(let name, _), _): "pods metric \(name)"
        case (.other(let type), _): "\(type) metric"
        }
    }

    /// The reason of the condition that tells that it could not be had.
    var failureReason: String { "FailedGet\(type)Metric" }

    /// A failure as the autoscaler's event and condition tell it.
    func explained(_ failure: AutoscalerFailure) -> String {
        switch (source, target) {
        case (.resource(let name), .utilization): "failed to get \(name) utilization: \(failure.message)"
        case (.resource(let name), .averageValue): "failed to get \(name) usage: \(failure.message)"
        default: failure.message
        }
    }

    /// A failure as it is told among those of all metrics.
    func summarized(_ failure: AutoscalerFailure) -> String {
        let subject = if case .resource(let name) = source { "\(name) resource" } else { type.lowercased() }
        return "failed to get \(subject) metric value: \(explained(failure))"
    }

    /// What `status.currentMetrics` shows.
    func status(_ proposal: ReplicaProposal) -> JSONValue {
        var current: JSONValue = [
            "averageValue": .string(
                Quantity.text(thousandths: proposal.averageValue, binary: source == .resource("memory")))
        ]
        if let utilization = proposal.utilization { current["averageUtilization"] = JSONValue(utilization) }
        switch source {
        case .resource(let name):
            return ["type": "Resource", "resource": ["name": .string(name), "current": current]]
        case .pods(let name, let selector):
            var metric: JSONValue = ["name": .string(name)]
            metric["selector"] = selector
            return ["type": "Pods", "pods": ["metric": metric, "current": current]]
        case .other: return .null
        }
    }
}

/// Why a metric gives no number of replicas, in Kubernetes' words.
struct AutoscalerFailure: Error, Equatable {
    var message: String
}
