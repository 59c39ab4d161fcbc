internal import APIMachinery
internal import Hummingbird
internal import KubernetesClient

/// `custom.metrics.k8s.io`: what pods count of themselves, read from them when somebody asks, never stored.
///
/// As with the usual adapter for Prometheus, pods say by annotations where they are read (`prometheus.io/scrape`,
/// `prometheus.io/port`, `prometheus.io/path`), a counter `X_total` is served as the rate `X_per_second`, and the series
/// of a metric are added up for each pod.
extension APIHandler {
    static let customMetricsGroup = "custom.metrics.k8s.io"

    func customMetrics(_ request: APIRequest, _ target: ResourceTarget) async throws -> Response {
        guard target.verb == "get", target.resource == "pods", !target.namespace.isEmpty, !target.subresource.isEmpty
        else { throw StatusError.resourceNotFound }
        let metric = target.subresource
        let selector = try? LabelSelector(parsing: request.query["labelSelector"] ?? "")
        let series = try? LabelSelector(parsing: request.query["metricLabelSelector"] ?? "")
        guard let selector, let series else {
            throw StatusError.badRequest("unable to parse requirement of labelSelector or metricLabelSelector")
        }
        let pods = store.list("pods", namespace: target.namespace).objects.filter {
            selector.matches($0.labels) && (target.name == "*" || $0.name == target.name)
        }
        let values = await podCounters.read(pods.map { $0.value() }, metric: metric, of: series)
        guard !values.isEmpty else {
            throw StatusError(
                code: 404, reason: "NotFound",
                message: "the server could not find the metric \(metric) for pods"
                    + (target.name == "*" ? "" : " \(target.name)"))
        }
        let items = values.map { value -> JSONValue in
            [
                "describedObject": [
                    "apiVersion": "/v1", "kind": "Pod", "namespace": .string(target.namespace),
                    "name": .string(value.pod),
                ],
                "metric": ["name": .string(metric), "selector": .null],
                "timestamp": .string(timestamp()), "windowSeconds": value.windowSeconds.map { JSONValue($0) } ?? .null,
                "value": .string(value.quantity),
            ]
        }
        return .json([
            "kind": "MetricValueList", "apiVersion": .string("\(Self.customMetricsGroup)/\(target.version)"),
            "metadata": [:], "items": .array(items),
        ])
    }
}
