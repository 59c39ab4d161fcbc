import APIMachinery
import KubernetesClient

/// Reads what pods use from `metrics.k8s.io`, and what they count from `custom.metrics.k8s.io`.
struct MetricsReader: Sendable {
    let client: KubernetesClient

    private static let podMetrics = ResourceKind(
        group: "metrics.k8s.io", version: "v1beta1", plural: "pods", kind: "PodMetrics")

    /// The values of one metric for all pods: their path names the metric after them.
    private static func values(of metric: String) -> ResourceKind {
        ResourceKind(
            group: "custom.metrics.k8s.io", version: "v1beta2", plural: "pods/*/\(metric)", kind: "MetricValue")
    }

    /// The samples of pods by name.
    func samples(
        _ metric: AutoscalerMetric, namespace: String, selector: String
    ) async throws -> [String: MeasuredPod.Sample] {
        let samples: [(String, MeasuredPod.Sample)]
        switch metric.source {
        case .resource(let name):
            samples = try await list(
                Self.podMetrics, "metrics for resource \(name)", of: "resource", namespace, selector
            ).compactMap { item in
                let containers = item.json["containers"]?.arrayValue ?? []
                let values = containers.compactMap { Quantity.thousandths($0[path: ["usage", name]]) }
                guard !values.isEmpty, values.count == containers.count else { return nil }
                let window = Self.duration(item["window"]?.stringValue) ?? .seconds(60)
                return (item.name, .init(value: values.reduce(0, +), time: Self.time(of: item), window: window))
            }
        case .pods(let name, _):
            samples = try await list(Self.values(of: name), "metric \(name)", of: "custom", namespace, selector)
                .compactMap { item in
                    guard let pod = item["describedObject", "name"]?.stringValue,
                        let value = Quantity.thousandths(item["value"])
                    else { return nil }
                    let window = Duration.seconds(item["windowSeconds"]?.intValue ?? 60)
                    return (pod, .init(value: value, time: Self.time(of: item), window: window))
                }
        case .other(let type):
            throw AutoscalerFailure(message: "metrics of type \(type) are not served by a local cluster")
        }
        return Dictionary(samples, uniquingKeysWith: { first, _ in first })
    }

    private func list(
        _ kind: ResourceKind, _ what: String, of api: String, _ namespace: String, _ selector: String
    ) async throws -> [UntypedObject] {
        func failure(_ why: String) -> AutoscalerFailure { .init(message: "unable to get \(what): \(why)") }
        let items: [UntypedObject]
        do throws(KubernetesError) {
            items = try await client.listAll(
                kind, namespace: namespace, options: ListOptions(labelSelector: selector)
            ).items
        } catch {
            if error.isCancelled { throw error }
            throw failure("unable to fetch metrics from \(api) metrics API: \(error.status?.message ?? "\(error)")")
        }
        if items.isEmpty { throw failure("no metrics returned from \(api) metrics API") }
        return items
    }

    private static func time(of item: UntypedObject) -> Timestamp {
        item["timestamp"]?.stringValue.flatMap { Timestamp($0) } ?? .now
    }

    /// Such as `5s` or `1m30s`.
    private static func duration(_ text: String?) -> Duration? {
        guard let text else { return nil }
        var (sum, digits) = (0.0, "")
        for character in text {
            if character.isNumber || character == "." {
                digits.append(character)
                continue
            }
            guard let value = Double(digits) else { return nil }
            sum += value * (character == "h" ? 3600 : character == "m" ? 60 : 1)
            digits = ""
        }
        return .milliseconds(Int64(sum * 1000))
    }
}
