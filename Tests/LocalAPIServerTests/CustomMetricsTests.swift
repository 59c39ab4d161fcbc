import APIMachinery
import KubernetesClient
import Testing

@testable import LocalAPIServer

@Suite struct CustomMetricsTests {
    let text = """
        # HELP http_requests_total Requests.
        # TYPE http_requests_total counter
        http_requests_total{method="GET",route="/a \\"b\\", c=d"} 3
        http_requests_total{method="POST"} 4.5 1700000000000
        http_requests_total_created{method="GET"} 99
        queue_depth 7
        """

    @Test(arguments: [("", 7.5), ("method=POST", 4.5), ("method!=POST", 3), ("method in (GET,POST)", 7.5)])
    func theSeriesOfAMetricAreAddedUp(selector: String, sum: Double) throws {
        let series = try LabelSelector(parsing: selector)
        #expect(MetricsText.sum(of: "http_requests_total", series, in: text) == sum)
    }

    @Test func aMetricThatIsNotThereHasNoValue() {
        #expect(MetricsText.sum(of: "http_requests", LabelSelector(), in: text) == nil)
        #expect(MetricsText.sum(of: "queue_depth", LabelSelector(), in: text) == 7)
    }

    @Test func aRateNeedsTwoReadingsAndSurvivesARestart() {
        let start = ContinuousClock.now
        var history = CounterHistory()
        #expect(history.rate(with: 100, at: start) == nil)
        #expect(history.rate(with: 105, at: start + .milliseconds(500)) == nil, "too soon to tell")
        let rate = history.rate(with: 200, at: start + .seconds(10))
        #expect(rate?.perSecond == 10 && rate?.seconds == 10)
        #expect(history.rate(with: 3, at: start + .seconds(20)) == nil, "a counter that shrank begins anew")
        #expect(history.rate(with: 13, at: start + .seconds(30))?.perSecond == 1)
        #expect(!history.isStale(at: start + .seconds(330)))
        #expect(history.isStale(at: start + .seconds(331)))
    }

    @Test func pathsAreServedThatNameAPodMetric() async throws {
        try await withServer { running in
            let metric = ResourceKind(
                group: "custom.metrics.k8s.io", version: "v1beta2", plural: "pods/*/queue_depth", kind: "MetricValue")
            do throws(KubernetesError) {
                _ = try await running.client.list(metric, namespace: "default")
                Issue.record("no pod has that metric")
            } catch {
                #expect(error.status?.message == "the server could not find the metric queue_depth for pods")
            }
        }
    }
}
