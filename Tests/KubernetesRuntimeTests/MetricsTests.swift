import KubernetesClient
import Metrics
import MetricsTestKit
import Testing

@testable import KubernetesRuntime

/// The one metrics system of the test process.
enum TestSystem {
    static let metrics: TestMetrics = {
        let metrics = TestMetrics()
        MetricsSystem.bootstrap(metrics)
        return metrics
    }()
}

@Suite(.timeLimit(.minutes(1))) struct MetricsTests {
    private struct Broken: Error {}

    @Test func controllersCountUnderTheNamesPeopleAlertOn() async throws {
        try await TestCluster.with { try await check(TestSystem.metrics, $0.admin) }
    }

    private func check(_ metrics: TestMetrics, _ client: KubernetesClient) async throws {
        for name in ["good", "bad"] {
            let object = UntypedObject(.configMap, name: name, namespace: "default", labels: ["test": "metrics"])
            try await client.create(.configMap, object)
        }
        let controller = Controller(
            "metered", for: Informer(client, .configMap, namespace: "default", labelSelector: "test=metrics"),
            backoff: Backoff(initial: .milliseconds(5), maximum: .milliseconds(5)), logger: TestCluster.quiet
        ) { key in
            if key.name == "bad" { throw Broken() }
            return .done
        }
        func reconciles(_ result: String) throws -> Int64 {
            try metrics.expectCounter(
                "controller_runtime_reconcile_total", [("controller", "metered"), ("result", result)]
            ).totalValue
        }
        try await running(ControllerSet([controller])) {
            await eventually { (try? reconciles("error")) ?? 0 >= 3 && (try? reconciles("success")) == 1 }
        }
        let controllers = [("controller", "metered")]
        let queue = [("name", "metered")]
        #expect(try metrics.expectCounter("controller_runtime_reconcile_errors_total", controllers).totalValue >= 3)
        #expect(try metrics.expectRecorder("controller_runtime_reconcile_time_seconds", controllers).values.count >= 4)
        #expect(try metrics.expectMeter("controller_runtime_active_workers", controllers).values.contains(1))
        #expect(
            try metrics.expectMeter("controller_runtime_max_concurrent_reconciles", controllers).values == [4])
        #expect(try metrics.expectCounter("workqueue_adds_total", queue).totalValue >= 4)
        #expect(try metrics.expectCounter("workqueue_retries_total", queue).totalValue >= 3)
        #expect(try metrics.expectRecorder("workqueue_queue_duration_seconds", queue).values.count >= 4)
        #expect(try metrics.expectRecorder("workqueue_work_duration_seconds", queue).values.count >= 4)
        #expect(try metrics.expectGauge("workqueue_depth", queue).values.contains(2))
        #expect(
            try metrics.expectCounter("rest_client_requests_total", [("code", "200"), ("method", "GET")]).totalValue
                >= 2)
    }
}
