import KubernetesClient
import Testing

@testable import LocalControllers

@Suite struct ReplicaSetDecisionTests {
    let now = Timestamp("2026-01-01T00:10:00Z") ?? .now

    func pod(_ name: String, phase: String = "Running", readySince: String? = nil, cost: String? = nil) -> UntypedObject
    {
        var pod = UntypedObject(.pod, name: name, namespace: "default", labels: ["app": "web"])
        pod["spec", "nodeName"] = "n"
        pod.status = ["phase": .string(phase)]
        if let readySince {
            pod["status", "conditions"] = [
                ["type": "Ready", "status": "True", "lastTransitionTime": .string("2026-01-01T\(readySince)Z")]
            ]
        }
        if let cost { pod.annotations = ["controller.kubernetes.io/pod-deletion-cost": cost] }
        return pod
    }

    func set(_ replicas: Int, minReadySeconds: Int = 0) -> UntypedObject {
        var set = UntypedObject(.replicaSet, name: "web", namespace: "default")
        set.spec = [
            "replicas": JSONValue(replicas), "minReadySeconds": JSONValue(minReadySeconds),
            "template": ["metadata": ["labels": ["app": "web"]]],
        ]
        return set
    }

    @Test func finishedAndLeavingPodsAreReplaced() {
        var leaving = pod("b")
        leaving["metadata", "deletionTimestamp"] = "2026-01-01T00:00:00Z"
        let decision = ReplicaSetDecision(set(2), pods: [pod("a", phase: "Failed"), leaving], now: now)
        #expect(decision.create == 2)
        #expect(decision.status?["replicas"] == 0)
    }

    @Test func podsThatServeLeastGoFirst() {
        let pods = [
            pod("old", readySince: "00:01:00"), pod("new", readySince: "00:09:30"), pod("unready"),
            pod("pending", phase: "Pending"), pod("cheap", readySince: "00:01:00", cost: "-1"),
        ]
        #expect(
            PodDeletionOrder.sorted(pods, now: now).map(\.name) == ["pending", "unready", "cheap", "new", "old"])
        #expect(ReplicaSetDecision(set(3), pods: pods, now: now).delete.map(\.name) == ["pending", "unready"])
    }

    @Test func aReadyPodIsAvailableOnlyAfterItsTime() {
        let decision = ReplicaSetDecision(
            set(1, minReadySeconds: 30), pods: [pod("a", readySince: "00:09:50")], now: now)
        #expect(decision.status?["readyReplicas"] == 1)
        #expect(decision.status?["availableReplicas"] == nil)
        #expect(decision.requeue == .seconds(20))
    }

    @Test func aCrowdedNodeGivesItsPodsFirst() {
        func placed(_ name: String, _ node: String) -> UntypedObject {
            var pod = pod(name, readySince: "00:01:00")
            pod["spec", "nodeName"] = .string(node)
            return pod
        }
        let own = [placed("a", "n1"), placed("b", "n2")]
        let related = own + [placed("c", "n2"), placed("d", "n2")]
        let decision = ReplicaSetDecision(set(1), pods: own, related: related, now: now)
        #expect(decision.delete.map(\.name) == ["b"])
    }

    @Test func leavingPodsAreCountedApart() {
        var leaving = pod("a")
        leaving["metadata", "deletionTimestamp"] = "2026-01-01T00:00:00Z"
        let decision = ReplicaSetDecision(set(1), pods: [leaving], now: now)
        #expect(decision.status?["terminatingReplicas"] == 1 && decision.status?["replicas"] == 0)
    }
}
