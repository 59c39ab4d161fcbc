import CoreMetrics
import Synchronization

/// One series of the registry.
protocol PrometheusMetric: AnyObject, Sendable {
    var type: String { get }
    func write(_ name: String, _ labels: String, to text: inout String)
}

final class PrometheusCounter: PrometheusMetric, CounterHandler {
    private let value = Atomic<Int64>(0)
    let type = "counter"

    func increment(by amount: Int64) { value.add(amount, ordering: .relaxed) }
    func reset() { value.store(0, ordering: .relaxed) }

    func write(_ name: String, _ labels: String, to text: inout String) {
        text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(value.load(ordering: .relaxed))\n"
    }
}

final class PrometheusGauge: PrometheusMetric, MeterHandler, RecorderHandler {
    private let value = Mutex(0.0)
    let type = "gauge"

    func set(_ value: Int64) { self.value.withLock { $0 = Double(value) } }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }

    func write(_ name: String, _ labels: String, to text: inout String) {
        text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(value.withLock { $0 })\n"
    }
}

/// Durations in seconds, other values as they are.
final class PrometheusHistogram: PrometheusMetric, TimerHandler, RecorderHandler {
    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

    private struct State {
        var buckets = [Int](repeating: 0, count: PrometheusHistogram.bounds.count)
        var count = 0
        var sum = 0.0
    }

    private let state = Mutex(State())
    let type = "histogram"

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        state.withLock { state in
            if let index = Self.bounds.firstIndex(where: { value <= $0 }) { state.buckets[index] += 1 }
            state.count += 1
            state.sum += value
        }
    }

    func write(_ name: String, _ labels: String, to text: inout String) {
        let state = state.withLock { $0 }
        let prefix = labels.isEmpty ? "" : labels + ","
        var sum = 0
        for (bound, count) in zip(Self.bounds, state.buckets) {
            sum += count
            text += "\(name)_bucket{\(prefix)le=\"\(bound)\"} \(sum)\n"
        }
        text += "\(name)_bucket{\(prefix)le=\"+Inf\"} \(state.count)\n"
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        text += "\(name)_sum\(braces) \(state.sum)\n\(name)_count\(braces) \(state.count)\n"
    }
}
