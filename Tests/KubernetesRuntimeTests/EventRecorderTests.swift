import FaultProxy
import KubernetesClient
import Testing

@testable import KubernetesRuntime

@Suite(.timeLimit(.minutes(1))) struct EventRecorderTests {
    private func events(_ cluster: TestCluster) async throws -> [UntypedObject] {
        try await cluster.admin.listAll(.event, namespace: "default").items
    }

    private func object(_ cluster: TestCluster) async throws -> UntypedObject {
        try await cluster.admin.create(.configMap, UntypedObject(.configMap, name: "a", namespace: "default"))
    }

    @Test func repeatsBecomeOneEventWithACount() async throws {
        try await TestCluster.with { cluster in
            let recorder = EventRecorder(client: cluster.admin, component: "test", instance: "pod-1")
            let object = try await object(cluster)
            try await running(recorder) {
                for _ in 0..<3 { recorder.record(object, .warning, reason: "Broken", message: "it is broken") }
                recorder.record(object, reason: "Mended", message: "it works")
                await eventually {
                    let events = (try? await events(cluster)) ?? []
                    return events.count == 2 && events.contains { $0["count"] == 3 }
                }
            }
            let broken = try #require(try await events(cluster).first { $0["reason"] == "Broken" })
            #expect(broken["type"] == "Warning" && broken["message"] == "it is broken")
            #expect(broken["involvedObject", "name"] == "a" && broken["involvedObject", "kind"] == "ConfigMap")
            #expect(broken["involvedObject", "uid"]?.stringValue == object.uid)
            #expect(broken["source", "component"] == "test" && broken["reportingInstance"] == "pod-1")
        }
    }

    @Test func aServerThatIsAwayCostsEventsAndNothingElse() async throws {
        try await TestCluster.with { cluster in
            let proxy = try await cluster.proxy()
            let isAway = Shared(true)
            proxy.rule { _ in isAway.withLock { $0 } ? .stall : nil }
            let client = cluster.client(proxy, requestTimeout: .milliseconds(300))
            let recorder = EventRecorder(client: client, component: "test", logger: TestCluster.quiet)
            let object = try await object(cluster)
            try await running(recorder) {
                for number in 0..<1000 { recorder.record(object, reason: "R\(number)", message: "m") }
                await eventually { !proxy.log.isEmpty }
                isAway.withLock { $0 = false }
                await eventually { (try? await events(cluster))?.isEmpty == false }
            }
            // The burst of one object is bounded.
            #expect(proxy.log.count <= 30)
        }
    }
}
