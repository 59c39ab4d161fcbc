import APIMachinery
import KubernetesClient

/// A pod as the autoscaler's formula sees it.
struct MeasuredPod: Equatable {
    struct Sample: Equatable {
        /// Thousandths.
        var value: Int
        var time: Timestamp
        /// Over which it was measured.
        var window: Duration
    }

    enum Group: Equatable {
        case ready
        /// Its figures, if any, say nothing about the load yet.
        case unready
        case missing
        /// On its way out.
        case ignored
    }

    /// A container's processor may be busy with starting for so long.
    private static let cpuInitialization = Duration.seconds(300)
    private static let initialReadinessDelay = Duration.seconds(30)

    let name: String
    let group: Group
    let value: Int?
    /// Thousandths, or why it is not known.
    let request: Result<Int, AutoscalerFailure>

    init(_ pod: UntypedObject, sample: Sample?, resource: String?, now: Timestamp) {
        name = pod.name
        value = sample?.value
        group = Self.group(pod, sample, isCPU: resource == "cpu", now)
        request = resource.map { Self.request($0, pod) } ?? .success(0)
    }

    /// For tests of the formula alone.
    init(name: String, group: Group, value: Int?, request: Result<Int, AutoscalerFailure>) {
        self.name = name
        self.group = group
        self.value = value
        self.request = request
    }

    private static func group(_ pod: UntypedObject, _ sample: Sample?, isCPU: Bool, _ now: Timestamp) -> Group {
        if pod.isBeingDeleted || pod.podPhase == "Failed" { return .ignored }
        if pod.podPhase == "Pending" { return .unready }
        guard let sample else { return .missing }
        guard isCPU else { return .ready }
        guard let ready = pod.condition("Ready"),
            let start = pod["status", "startTime"]?.stringValue.flatMap({ Timestamp($0) })
        else { return .unready }
        let changed =
            ready["lastTransitionTime"]?.stringValue.flatMap { Timestamp($0) } ?? Timestamp(microseconds: 0)
        let isUnready = ready["status"]?.stringValue == "False"
        if start + cpuInitialization > now {
            return isUnready || sample.time < changed + sample.window ? .unready : .ready
        }
        return isUnready && start + initialReadinessDelay > changed ? .unready : .ready
    }

    private static func request(_ resource: String, _ pod: UntypedObject) -> Result<Int, AutoscalerFailure> {
        func thousandths(_ resources: JSONValue?) -> Int? {
            Quantity.thousandths(resources?[path: ["requests", resource]])
        }
        if let whole = thousandths(pod["spec", "resources"]) { return .success(whole) }
        let sidecars = (pod["spec", "initContainers"]?.arrayValue ?? []).filter { $0["restartPolicy"] == "Always" }
        var sum = 0
        for container in (pod["spec", "containers"]?.arrayValue ?? []) + sidecars {
            guard let request = thousandths(container["resources"]) else {
                let name = container["name"]?.stringValue ?? ""
                return .failure(
                    .init(message: "missing request for \(resource) in container \(name) of Pod \(pod.name)"))
            }
            sum += request
        }
        return .success(sum)
    }
}
