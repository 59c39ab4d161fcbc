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
        switch metric.source {
        case .resource(let name, let container):
            return try await resource(name, container, namespace: namespace, selector: selector)
        case .pods(let name, _): return try await counted(name, namespace: namespace, selector: selector)
        case .object(let name, let object):
            let (kind, of) = (object["kind"]?.stringValue ?? "", object["name"]?.stringValue ?? "")
            // In the order in which Kubernetes' own message has its parts.
            throw AutoscalerFailure(
                message:
                    "unable to get metric \(name): \(kind) on \(namespace) \(of)/unable to fetch metrics from custom "
                    + "metrics API: the server could not find the metric \(name) for \(kind.lowercased())s \(of)")
        case .external(let name):
            throw AutoscalerFailure(
                message:
                    "unable to get external metric \(namespace)/\(name)/nil: unable to fetch metrics from external "
                    + "metrics API: the server could not find the requested resource (get \(name).external.metrics.k8s.io)"
            )
        }
    }

    private func resource(
        _ name: String, _ container: String?, namespace: String, selector: String
    ) async throws -> [String: MeasuredPod.Sample] {
        let prefix = "unable to get metrics for resource \(name): "
        let items: [UntypedObject]
        do throws(KubernetesError) {
            items = try await client.listAll(
                Self.podMetrics, namespace: namespace, options: ListOptions(labelSelector: selector)
            ).items
        } catch {
            if error.isCancelled { throw error }
            throw AutoscalerFailure(
                message: prefix + "unable to fetch metrics from resource metrics API: "
                    + (error.status?.message ?? "\(error)"))
        }
        guard !items.isEmpty else {
            throw AutoscalerFailure(message: prefix + "no metrics returned from resource metrics API")
        }
        var samples: [String: MeasuredPod.Sample] = [:]
        for item in items {
            let containers = (item.json["containers"]?.arrayValue ?? []).filter {
                container == nil || $0["name"]?.stringValue == container
            }
            let values = containers.map {
                $0[path: ["usage", name]]?.stringValue.flatMap(Quantity.thousandths).map { Int($0) }
            }
            guard !values.isEmpty, !values.contains(nil) else { continue }
            samples[item.name] = MeasuredPod.Sample(
                value: values.reduce(0) { $0 + ($1 ?? 0) },
                time: item["timestamp"]?.stringValue.flatMap { Timestamp($0) } ?? .now,
                window: Self.duration(item["window"]?.stringValue) ?? .seconds(60))
        }
        return samples
    }

    private func counted(
        _ name: String, namespace: String, selector: String
    ) async throws -> [String: MeasuredPod.Sample] {
        let prefix = "unable to get metric \(name): "
        let items: [UntypedObject]
        do throws(KubernetesError) {
            items = try await client.listAll(
                Self.values(of: name), namespace: namespace, options: ListOptions(labelSelector: selector)
            ).items
        } catch {
            if error.isCancelled { throw error }
            throw AutoscalerFailure(
                message: prefix + "unable to fetch metrics from custom metrics API: "
                    + (error.status?.message ?? "\(error)"))
        }
        guard !items.isEmpty else {
            throw AutoscalerFailure(message: prefix + "no metrics returned from custom metrics API")
        }
        let samples = items.compactMap { item -> (String, MeasuredPod.Sample)? in
            guard let pod = item["describedObject", "name"]?.stringValue,
                let value = item["value"]?.stringValue.flatMap(Quantity.thousandths)
            else { return nil }
            return (
                pod,
                MeasuredPod.Sample(
                    value: Int(value), time: item["timestamp"]?.stringValue.flatMap { Timestamp($0) } ?? .now,
                    window: .seconds(item["windowSeconds"]?.intValue ?? 60))
            )
        }
        return Dictionary(samples, uniquingKeysWith: { first, _ in first })
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
