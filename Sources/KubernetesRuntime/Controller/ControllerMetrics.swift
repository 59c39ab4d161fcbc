import Metrics

/// A controller's metrics, with controller-runtime's names.
struct ControllerMetrics: Sendable {
    let success: Counter
    let requeueAfter: Counter
    let failed: Counter
    let errors: Counter
    let time: Recorder
    let activeWorkers: Meter

    init(controller name: String, workers: Int) {
        func total(_ result: String) -> Counter {
            Counter(
                label: "controller_runtime_reconcile_total", dimensions: [("controller", name), ("result", result)])
        }
        success = total("success")
        requeueAfter = total("requeue_after")
        failed = total("error")
        let dimensions = [("controller", name)]
        errors = Counter(label: "controller_runtime_reconcile_errors_total", dimensions: dimensions)
        time = Recorder(label: "controller_runtime_reconcile_time_seconds", dimensions: dimensions, aggregate: true)
        Meter(label: "controller_runtime_max_concurrent_reconciles", dimensions: dimensions).set(workers)
        activeWorkers = Meter(label: "controller_runtime_active_workers", dimensions: dimensions)
    }
}
