import KubernetesClient
import Testing

@testable import LocalControllers

@Suite struct NodeHealthTests {
    let now = Timestamp("2026-01-01T00:10:00Z") ?? .now

    func node(_ ready: String) -> UntypedObject {
        var node = UntypedObject(.node, name: "n")
        node.status = ["conditions": [["type": "Ready", "status": .string(ready), "reason": "KubeletReady"]]]
        return node
    }

    @Test func aSilentNodeIsUnknown() {
        let still = NodeHealth(node("True"), silence: NodeHealth.patience, now: now)
        #expect(still.status == nil)
        let silent = NodeHealth(node("True"), silence: NodeHealth.patience + .seconds(1), now: now)
        let reasons = silent.status?["conditions"]?.arrayValue?.compactMap { $0["reason"]?.stringValue }
        #expect(reasons?.first == "NodeStatusUnknown" && reasons?.dropFirst().first == "NodeStatusNeverUpdated")
    }

    @Test func podsWaitForTheirNodeBeforeTheyAreGivenUp() {
        var nodes = AbsentNodes()
        let start = ContinuousClock.now
        #expect(nodes.wait(for: "n", now: start) == .seconds(40))
        #expect(nodes.wait(for: "m", now: start + .seconds(30)) == .seconds(40))
        #expect(nodes.wait(for: "n", now: start + .seconds(39)) == .seconds(1))
        #expect(nodes.wait(for: "n", now: start + .seconds(40)) == nil)
        nodes.forget("n")
        #expect(nodes.wait(for: "n", now: start + .seconds(50)) == .seconds(40))
        #expect(nodes.wait(for: "m", now: start + .seconds(71)) == nil)
    }

    @Test func aPodThatIsGivenUpHasFailed() {
        var pod = UntypedObject(.pod, name: "p", namespace: "n")
        pod.json[path: ["metadata", "generation"]] = 3
        pod.status = ["phase": "Running", "conditions": [["type": "Ready", "status": "True"]]]
        let status = AbsentNodes.givenUp(pod, now: now)
        #expect(status?["phase"] == "Failed" && status?["observedGeneration"] == 3)
        #expect(
            status?["conditions"] == [
                ["type": "Ready", "status": "True"],
                [
                    "type": "DisruptionTarget", "status": "True", "reason": "DeletionByPodGC",
                    "message": "PodGC: node no longer exists", "lastTransitionTime": "2026-01-01T00:10:00Z",
                    "observedGeneration": 3,
                ],
            ])
        for phase in ["Succeeded", "Failed"] {
            pod.status = ["phase": .string(phase)]
            #expect(AbsentNodes.givenUp(pod, now: now) == nil)
        }
    }

    /// A node that comes back in time keeps its pods. A finalizer keeps what would otherwise be gone.
    @Test func podsOfANodeThatStaysAwayFailAndGo() async throws {
        try await ClusterUnderTest.run { cluster in
            let client = cluster.client
            func found(_ name: String) async throws -> UntypedObject? {
                try await client.find(.pod, name, namespace: "default")
            }
            try await cluster.eventually("the namespace has its account") {
                try await client.find(.serviceAccount, "default", namespace: "default") != nil
            }
            try await client.create(.node, UntypedObject(.node, name: "back"))
            for (name, node) in [("plain", "nowhere"), ("kept", "nowhere"), ("lucky", "back")] {
                var pod = UntypedObject(.pod, name: name, namespace: "default")
                pod.spec = ["nodeName": .string(node), "containers": [["name": "c", "image": "i"]]]
                if name == "kept" { pod.json[path: ["metadata", "finalizers"]] = ["example.dev/kept"] }
                try await client.create(.pod, pod)
            }
            try await client.delete(.node, "back")
            try await Task.sleep(for: .seconds(5))
            for name in ["plain", "kept", "lucky"] {
                #expect(try await found(name)?["status", "phase"] == "Pending")
            }
            try await client.create(.node, UntypedObject(.node, name: "back"))
            try await cluster.eventually("those of the other are given up", within: .seconds(60)) {
                let kept = try await found("kept")
                return try await found("plain") == nil && kept?.isBeingDeleted == true
            }
            let kept = try #require(try await found("kept"))
            #expect(kept["status", "phase"] == "Failed")
            let conditions = kept["status", "conditions"]?.arrayValue ?? []
            #expect(conditions.contains { $0["reason"] == "DeletionByPodGC" })
            #expect(try await found("lucky")?["status", "phase"] == "Pending")
        }
    }
}
