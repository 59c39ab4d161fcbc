import KubernetesClient
import Logging
import Synchronization
import Testing

@testable import KubernetesRuntime

@Suite(.timeLimit(.minutes(1))) struct EventRecorderTests {
    @Test func repeatsBecomeOneEventWithACount() async throws {
        let server = try await SmallAPIServer.start()
        let client = server.client()
        let recorder = EventRecorder(client: client, component: "test", instance: "pod-1")
        server.put(.configMap, UntypedObject(.configMap, name: "a", namespace: "n"))
        let object = try await client.get(.configMap, "a", namespace: "n")
        try await running(recorder) {
            for _ in 0..<3 { recorder.record(object, .warning, reason: "Broken", message: "it is broken") }
            recorder.record(object, reason: "Mended", message: "it works")
            await eventually {
                let events = server.objects(.event, namespace: "n")
                return events.count == 2 && events.contains { $0["count"] == 3 }
            }
        }
        let broken = try #require(server.objects(.event, namespace: "n").first { $0["reason"] == "Broken" })
        #expect(broken["type"] == "Warning" && broken["message"] == "it is broken")
        #expect(broken["involvedObject", "name"] == "a" && broken["involvedObject", "kind"] == "ConfigMap")
        #expect(broken["involvedObject", "uid"]?.stringValue == object.uid)
        #expect(broken["source", "component"] == "test" && broken["reportingInstance"] == "pod-1")
        try await client.shutdown()
        try await server.stop()
    }

    @Test func aServerThatIsAwayCostsEventsAndNothingElse() async throws {
        let server = try await SmallAPIServer.start()
        let client = server.client(requestTimeout: .milliseconds(50))
        let recorder = EventRecorder(client: client, component: "test")
        server.state.withLock { $0.isHanging = true }
        let object = UntypedObject(.configMap, name: "a", namespace: "n")
        try await running(recorder) {
            for number in 0..<1000 { recorder.record(object, reason: "R\(number)", message: "m") }
            await eventually { !server.requests.isEmpty }
            server.state.withLock { $0.isHanging = false }
            await eventually { !server.objects(.event, namespace: "n").isEmpty }
        }
        // The burst of one object is bounded.
        #expect(server.requests.count <= 30)
        try await client.shutdown()
        try await server.stop()
    }
}
