import KubernetesClient
import Testing

@testable import LocalControllers

@Suite struct DaemonSetTests {
    let now = Timestamp("2026-01-01T00:10:00Z") ?? .now

    func set(_ spec: JSONValue = [:]) -> UntypedObject {
        var set = UntypedObject(.daemonSet, name: "agent", namespace: "default")
        set.spec = ["template": ["spec": ["nodeSelector": ["role": "web"]]]]
        for (key, value) in spec.objectValue ?? [:] { set["spec", key] = value }
        return set
    }

    func node(_ name: String, role: String = "web", taint: String? = nil) -> UntypedObject {
        var node = UntypedObject(.node, name: name, labels: ["role": role])
        if let taint { node["spec", "taints"] = [["key": "k", "effect": .string(taint)]] }
        return node
    }

    func pod(_ node: String, hash: String = "new", phase: String = "Running") -> UntypedObject {
        var pod = DaemonPod.make(set(), node: node, hash: hash)
        pod.name = "agent-\(node)"
        pod["metadata", "uid"] = .string(pod.name)
        pod["spec", "nodeName"] = .string(node)
        pod.status = [
            "phase": .string(phase),
            "conditions": [
                ["type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"]
            ],
        ]
        return pod
    }

    func decide(_ set: UntypedObject, _ pods: [UntypedObject], _ nodes: [UntypedObject]) -> DaemonSetDecision {
        DaemonSetDecision(set, pods: pods, nodes: nodes, hash: "new", now: now)
    }

    @Test func eachNodeThatTakesOneHasOne() {
        let nodes = [node("a"), node("b", role: "db"), node("c", taint: "NoSchedule"), node("d")]
        let decision = decide(set(), [pod("d")], nodes)
        #expect(decision.create.map(DaemonPod.node) == ["a"])
        #expect(decision.status?["desiredNumberScheduled"] == 2 && decision.status?["numberReady"] == 1)
    }

    @Test func aNodeThatNoLongerTakesItLosesItUnlessItIsOnlyClosedToNewPods() {
        #expect(decide(set(), [pod("a")], [node("a", role: "db")]).delete.map(\.name) == ["agent-a"])
        #expect(decide(set(), [pod("a")], [node("a", taint: "NoExecute")]).delete.map(\.name) == ["agent-a"])
        let closed = decide(set(), [pod("a")], [node("a", taint: "NoSchedule")])
        #expect(closed.delete.isEmpty && closed.status?["numberMisscheduled"] == 1)
    }

    @Test func anUpdateTakesAsManyAtOnceAsMayBeAway() {
        let nodes = ["a", "b", "c"].map { node($0) }
        let old = ["a", "b", "c"].map { pod($0, hash: "old") }
        #expect(decide(set(), old, nodes).delete.map(\.name) == ["agent-a"])
        let two: JSONValue = ["updateStrategy": ["rollingUpdate": ["maxUnavailable": "50%"]]]
        #expect(decide(set(two), old, nodes).delete.count == 2, "half of three, rounded up")
        #expect(decide(set(["updateStrategy": ["type": "OnDelete"]]), old, nodes).delete.isEmpty)
    }

    @Test func aFailedPodMakesRoomAndIsTold() {
        let decision = decide(set(), [pod("a", phase: "Failed")], [node("a")])
        #expect(decision.delete.count == 1 && decision.events.map(\.reason) == ["FailedDaemonPod"])
    }
}
