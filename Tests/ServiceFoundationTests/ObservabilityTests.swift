import CoreMetrics
import Testing

@testable import ServiceFoundation

@Suite struct ObservabilityTests {
    @Test func metricsAreWrittenInPrometheusTextFormat() {
        let registry = PrometheusRegistry()
        let dimensions = [("route", "/a/{id}"), ("odd-name", "say \"hi\"\n\\")]
        registry.makeCounter(label: "requests_total", dimensions: dimensions).increment(by: 2)
        registry.makeCounter(label: "requests_total", dimensions: dimensions).increment(by: 1)
        registry.makeMeter(label: "in.flight", dimensions: []).set(Int64(3))
        let timer = registry.makeTimer(label: "duration_seconds", dimensions: [("m", "GET")])
        timer.recordNanoseconds(3_000_000)
        timer.recordNanoseconds(20_000_000_000)
        let text = registry.text()
        #expect(
            text.contains(
                "# TYPE requests_total counter\nrequests_total{odd_name=\"say \\\"hi\\\"\\n\\\\\",route=\"/a/{id}\"} 3\n"
            ))
        #expect(text.contains("# TYPE in_flight gauge\nin_flight 3.0\n"))
        #expect(text.contains("duration_seconds_bucket{m=\"GET\",le=\"0.0025\"} 0\n"))
        #expect(text.contains("duration_seconds_bucket{m=\"GET\",le=\"0.005\"} 1\n"))
        #expect(text.contains("duration_seconds_bucket{m=\"GET\",le=\"10.0\"} 1\n"))
        #expect(text.contains("duration_seconds_bucket{m=\"GET\",le=\"+Inf\"} 2\n"))
        #expect(text.contains("duration_seconds_sum{m=\"GET\"} 20.003\n"))
        #expect(text.contains("duration_seconds_count{m=\"GET\"} 2\n"))
    }
}
