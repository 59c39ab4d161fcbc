import KubernetesClient
import Testing

@testable import StorefrontOperator

@Suite("Comparing before applying")
struct ComparisonTests {
    @Test("sees no difference in what the server adds, or writes in its own way")
    func same() {
        let cases: [(live: JSONValue, planned: JSONValue)] = [
            (["a": 1, "b": 2], ["a": 1]),
            (["spec": ["ports": [["port": 80, "nodePort": 30_000]]]], ["spec": ["ports": [["port": 80]]]]),
            (["containers": [["name": "sidecar"], ["name": "a", "x": 1]]], ["containers": [["name": "a"]]]),
            ([:], ["annotations": [:], "list": [], "text": ""]),
            (["env": [["name": "A"]]], ["env": [["name": "A", "value": ""]]]),
            (["requests": ["cpu": "1", "memory": "1Gi"]], ["requests": ["cpu": "1000m", "memory": "1024Mi"]]),
            (["limits": ["cpu": 2]], ["limits": ["cpu": "2"]]),
        ]
        for (live, planned) in cases { #expect(ObjectComparison.covers(live, planned), "\(planned)") }
    }

    @Test("sees every change of what is planned")
    func different() {
        let cases: [(live: JSONValue, planned: JSONValue)] = [
            (["a": 1], ["a": 2]),
            ([:], ["a": false]),
            (["list": [1, 2]], ["list": [1]]),
            (["list": [["port": 80], ["port": 81]]], ["list": [["port": 80]]]),
            (["containers": [["name": "b"]]], ["containers": [["name": "a"]]]),
            (["label": "1"], ["label": "1.0"]),
            (["requests": ["cpu": "2"]], ["requests": ["cpu": "1"]]),
        ]
        for (live, planned) in cases { #expect(!ObjectComparison.covers(live, planned), "\(planned)") }
    }
}
