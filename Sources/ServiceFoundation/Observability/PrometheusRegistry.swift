public import CoreMetrics
import Synchronization

/// A metrics backend that keeps everything in memory and writes it in Prometheus' text format.
public final class PrometheusRegistry: MetricsFactory {
    struct Key: Hashable {
        let name: String
        let labels: String
    }

    private let metrics = Mutex<[Key: any PrometheusMetric]>([:])

    public init() {}

    private func metric<Metric: PrometheusMetric>(
        _ name: String, _ dimensions: [(String, String)], _ make: () -> Metric
    ) -> Metric {
        let labels = dimensions.sorted { $0.0 < $1.0 }
            .map { "\(Self.sanitized($0.0))=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        let key = Key(name: Self.sanitized(name), labels: labels)
        return metrics.withLock { metrics in
            if let known = metrics[key] as? Metric { return known }
            let made = make()
            metrics[key] = made
            return made
        }
    }

    private static func sanitized(_ name: String) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") ? $0 : "_" })
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        metric(label, dimensions) { PrometheusCounter() }
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        metric(label, dimensions) { PrometheusGauge() }
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        if aggregate { return metric(label, dimensions) { PrometheusHistogram() } }
        return metric(label, dimensions) { PrometheusGauge() }
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        metric(label, dimensions) { PrometheusHistogram() }
    }

    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    /// All series, by name.
    public func text() -> String {
        let all = metrics.withLock { $0 }
        var text = ""
        var last = ""
        for (key, metric) in all.sorted(by: { ($0.key.name, $0.key.labels) < ($1.key.name, $1.key.labels) }) {
            if key.name != last {
                text += "# TYPE \(key.name) \(metric.type)\n"
                last = key.name
            }
            metric.write(key.name, key.labels, to: &text)
        }
        return text
    }
}
