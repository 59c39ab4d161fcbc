import KubernetesClient

/// One metric of a HorizontalPodAutoscaler: what is measured, and what it should be.
struct AutoscalerMetric: Equatable {
    enum Source: Equatable {
        /// Of all containers of a pod, or of one.
        case resource(String, container: String?)
        /// Served by `custom.metrics.k8s.io`, of series with some labels.
        case pods(String, selector: JSONValue?)
        case object(String, JSONValue)
        case external(String)
    }

    enum Target: Equatable {
        /// Per cent of the pods' requests.
        case utilization(Int)
        /// Thousandths of the unit, per pod.
        case averageValue(Int)
        case value(Int)
    }

    let source: Source
    let target: Target

    /// `nil` for what validation lets nobody write.
    init?(_ metric: JSONValue) {
        let type = metric["type"]?.stringValue ?? ""
        let field = type.prefix(1).lowercased() + type.dropFirst()
        guard let spec = metric[field], let target = spec["target"] else { return nil }
        let name = spec[path: ["metric", "name"]]?.stringValue ?? spec["name"]?.stringValue ?? ""
        switch type {
        case "Resource": source = .resource(name, container: nil)
        case "ContainerResource": source = .resource(name, container: spec["container"]?.stringValue)
        case "Pods": source = .pods(name, selector: spec[path: ["metric", "selector"]])
        case "Object": source = .object(name, spec["describedObject"] ?? .emptyObject)
        case "External": source = .external(name)
        default: return nil
        }
        func value(_ field: String) -> Int? {
            (target[field]?.stringValue ?? target[field]?.intValue.map(String.init))
                .flatMap(Quantity.thousandths).map { Int($0) }
        }
        if let utilization = target["averageUtilization"]?.intValue {
            self.target = .utilization(utilization)
        } else if let value = value("averageValue") {
            self.target = .averageValue(value)
        } else if let value = value("value") {
            self.target = .value(value)
        } else {
            return nil
        }
    }

    /// As messages name it.
    var name: String {
        switch source {
        case .resource(let name, let container):
            if case .utilization = target {
                "\(name) \(container == nil ? "" : "container ")resource utilization (percentage of request)"
            } else {
                "\(name) resource"
            }
        case .pods(let name, _): "pods metric \(name)"
        case .object(let name, let object): "\(object["kind"]?.stringValue ?? "") metric \(name)"
        case .external(let name): "external metric \(name)(nil)"
        }
    }

    /// The reason of the condition that tells that it could not be had.
    var failureReason: String {
        switch source {
        case .resource(_, nil): "FailedGetResourceMetric"
        case .resource: "FailedGetContainerResourceMetric"
        case .pods: "FailedGetPodsMetric"
        case .object: "FailedGetObjectMetric"
        case .external: "FailedGetExternalMetric"
        }
    }

    /// A failure as the autoscaler's event and condition tell it.
    func explained(_ failure: AutoscalerFailure) -> String {
        guard case .resource(let name, _) = source else { return failure.message }
        if case .utilization = target { return "failed to get \(name) utilization: \(failure.message)" }
        return "failed to get \(name) usage: \(failure.message)"
    }

    /// A failure as it is told among those of all metrics.
    func summarized(_ failure: AutoscalerFailure) -> String {
        let subject =
            switch source {
            case .resource(let name, nil): "\(name) resource metric"
            case .resource(_, let container?): "\(container) container metric"
            case .pods: "pods metric"
            case .object: "object metric"
            case .external(let name): "\(name) external metric"
            }
        return "failed to get \(subject) value: \(explained(failure))"
    }

    /// What `status.currentMetrics` shows.
    func status(_ proposal: ReplicaProposal) -> JSONValue {
        let isMemory = if case .resource("memory", _) = source { true } else { false }
        var current: JSONValue = [
            "averageValue": .string(Quantity.text(thousandths: proposal.averageValue, binary: isMemory))
        ]
        if let utilization = proposal.utilization { current["averageUtilization"] = JSONValue(utilization) }
        switch source {
        case .resource(let name, nil):
            return ["type": "Resource", "resource": ["name": .string(name), "current": current]]
        case .resource(let name, let container?):
            return [
                "type": "ContainerResource",
                "containerResource": ["name": .string(name), "container": .string(container), "current": current],
            ]
        case .pods(let name, let selector):
            var metric: JSONValue = ["name": .string(name)]
            metric["selector"] = selector
            return ["type": "Pods", "pods": ["metric": metric, "current": current]]
        case .object, .external: return .null
        }
    }
}

/// Why a metric gives no number of replicas, in Kubernetes' words.
struct AutoscalerFailure: Error, Equatable {
    var message: String
}
