internal import APIMachinery
internal import AsyncHTTPClient
internal import Hummingbird
internal import KubernetesClient
internal import NIOCore
internal import NIOHTTP1

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

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

/// Reads pods' metrics and remembers their counters for a while, so that the next reading gives a rate.
actor PodCounters {
    struct Value: Sendable {
        var pod: String
        var thousandths: Int64
        /// Of a rate.
        var windowSeconds: Int?

        var quantity: String { thousandths % 1000 == 0 ? "\(thousandths / 1000)" : "\(thousandths)m" }
    }

    private struct Reading {
        var time: ContinuousClock.Instant
        var sum: Double
    }

    private struct Key: Hashable {
        var uid: String
        var counter: String
        var series: LabelSelector
    }

    private var readings: [Key: [Reading]] = [:]
    private static let rateSuffix = "_per_second"
    /// The rate is taken over about so long.
    private static let window = Duration.seconds(30)
    private static let memory = Duration.seconds(300)

    func read(_ pods: [JSONValue], metric: String, of series: LabelSelector) async -> [Value] {
        let texts = await withTaskGroup(of: (Int, String?).self) { group in
            for (index, pod) in pods.enumerated() {
                guard let url = Self.address(of: pod) else { continue }
                group.addTask { (index, await Self.fetch(url)) }
            }
            return await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
        }
        forget()
        return texts.sorted { $0.key < $1.key }.compactMap { index, text in
            let pod = pods[index]
            let name = pod.text("metadata", "name")
            guard metric.hasSuffix(Self.rateSuffix) else {
                let sum = Self.sum(text, metric, series)
                return sum.map { Value(pod: name, thousandths: Int64(($0 * 1000).rounded()), windowSeconds: nil) }
            }
            let counter = metric.dropLast(Self.rateSuffix.count) + "_total"
            guard let sum = Self.sum(text, String(counter), series) else { return nil }
            return rate(Key(uid: pod.text("metadata", "uid"), counter: String(counter), series: series), sum).map {
                Value(pod: name, thousandths: Int64(($0.rate * 1000).rounded()), windowSeconds: $0.seconds)
            }
        }
    }

    /// How fast a counter has grown since a former reading; `nil` with the first.
    private func rate(_ key: Key, _ sum: Double) -> (rate: Double, seconds: Int)? {
        let now = ContinuousClock.now
        var past = readings[key] ?? []
        // A counter that shrank belongs to a container that was started anew.
        if let last = past.last, sum < last.sum { past = [] }
        let first = past.first { now - $0.time <= Self.window } ?? past.last
        readings[key] = past.suffix(31) + [Reading(time: now, sum: sum)]
        guard let first else { return nil }
        let (seconds, attoseconds) = (now - first.time).components
        let elapsed = Double(seconds) + Double(attoseconds) / 1e18
        guard elapsed >= 1 else { return nil }
        return ((sum - first.sum) / elapsed, Int(elapsed.rounded()))
    }

    private func forget() {
        let now = ContinuousClock.now
        readings = readings.mapValues { $0.filter { now - $0.time <= Self.memory } }.filter { !$0.value.isEmpty }
    }

    /// Where a pod that runs and wants to be read is read.
    private static func address(of pod: JSONValue) -> String? {
        let annotations = pod[path: ["metadata", "annotations"]]?.stringMapValue ?? [:]
        let address = pod.text("status", "podIP")
        guard annotations["prometheus.io/scrape"] == "true", !address.isEmpty,
            pod.text("status", "phase") == "Running", pod[path: ["metadata", "deletionTimestamp"]] == nil
        else { return nil }
        let host = address.contains(":") ? "[\(address)]" : address
        let path = annotations["prometheus.io/path"] ?? "/metrics"
        return "http://\(host):\(annotations["prometheus.io/port"] ?? "9090")\(path.hasPrefix("/") ? "" : "/")\(path)"
    }

    private static func fetch(_ url: String) async -> String? {
        guard let answer = try? await HTTPClient.shared.execute(HTTPClientRequest(url: url), timeout: .seconds(2)),
            answer.status == .ok, let body = try? await answer.body.collect(upTo: 4 << 20)
        else { return nil }
        return String(buffer: body)
    }

    /// The sum of a metric's series; `nil` when it has none.
    private static func sum(_ text: String, _ metric: String, _ series: LabelSelector) -> Double? {
        var sum: Double?
        for line in text.split(separator: "\n") where line.hasPrefix(metric) {
            var rest = line.dropFirst(metric.count)
            var labels: [String: String] = [:]
            if rest.first == "{" {
                guard let end = rest.lastIndex(of: "}") else { continue }
                labels = self.labels(rest[rest.index(after: rest.startIndex)..<end])
                rest = rest[rest.index(after: end)...]
            }
            guard rest.first == " ", series.matches(labels),
                let value = rest.split(separator: " ").first.flatMap({ Double($0) }), value.isFinite
            else { continue }
            sum = (sum ?? 0) + value
        }
        return sum
    }

    /// `a="b",c="d"`; a quote or backslash in a value is escaped.
    private static func labels(_ text: Substring) -> [String: String] {
        var labels: [String: String] = [:]
        var (name, value) = ("", "")
        var (isQuoted, isEscaped) = (false, false)
        for character in text {
            switch character {
            case _ where isEscaped:
                value.append(character == "n" ? "\n" : character)
                isEscaped = false
            case "\\" where isQuoted: isEscaped = true
            case "\"":
                if isQuoted { labels[name.trimmingPrefix(" ").description] = value }
                isQuoted.toggle()
                (name, value) = isQuoted ? (name, "") : ("", "")
            case _ where isQuoted: value.append(character)
            case "=", ",": continue
            default: name.append(character)
            }
        }
        return labels
    }
}
