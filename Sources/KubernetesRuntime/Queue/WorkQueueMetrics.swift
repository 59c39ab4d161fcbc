import Metrics

/// A queue's metrics, with client-go's names.
struct WorkQueueMetrics: Sendable {
    let depth: Gauge
    let adds: Counter
    let retries: Counter
    let queueDuration: Recorder
    let workDuration: Recorder

    init(queue name: String) {
        let dimensions = [("name", name)]
        depth = Gauge(label: "workqueue_depth", dimensions: dimensions)
        adds = Counter(label: "workqueue_adds_total", dimensions: dimensions)
        retries = Counter(label: "workqueue_retries_total", dimensions: dimensions)
        queueDuration = Recorder(label: "workqueue_queue_duration_seconds", dimensions: dimensions, aggregate: true)
        workDuration = Recorder(label: "workqueue_work_duration_seconds", dimensions: dimensions, aggregate: true)
    }
}

extension Duration {
    var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
