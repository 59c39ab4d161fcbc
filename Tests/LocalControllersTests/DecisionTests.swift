import KubernetesClient
import Testing

@testable import LocalControllers

@Suite struct OwnershipGraphTests {
    func node(
        _ uid: String, owners: [String] = [], finalizers: [String] = [], deleting: Bool = false, blocks: Bool = true
    ) -> OwnershipGraph.Node {
        var object = UntypedObject(.configMap, name: uid, namespace: "default")
        object["metadata", "uid"] = .string(uid)
        object.finalizers = finalizers
        if deleting { object["metadata", "deletionTimestamp"] = "2026-01-01T00:00:00Z" }
        object.ownerReferences = owners.map {
            OwnerReference(apiVersion: "v1", kind: "ConfigMap", name: $0, uid: $0, blockOwnerDeletion: blocks)
        }
        return .init(kind: .configMap, object: object)
    }

    func graph(_ nodes: [OwnershipGraph.Node]) -> OwnershipGraph {
        var graph = OwnershipGraph()
        for node in nodes { _ = graph.put(node) }
        return graph
    }

    @Test func aDependentGoesWithItsLastOwner() {
        var graph = graph([node("o"), node("d", owners: ["o"])])
        #expect(graph.decide("d", absent: []) == .none)
        #expect(graph.remove("o") == ["d"])
        #expect(graph.decide("d", absent: ["o"]) == .delete(.background))
    }

    @Test func anOwnerNeverSeenIsAskedForFirst() {
        let graph = graph([node("d", owners: ["x"])])
        guard case .verify(let owners) = graph.decide("d", absent: []) else {
            Issue.record("deleted without asking")
            return
        }
        #expect(owners.map(\.uid) == ["x"])
    }

    @Test func aReferenceToAGoneOwnerIsRemovedWhileAnotherHolds() {
        let graph = graph([node("b"), node("d", owners: ["a", "b"])])
        #expect(graph.decide("d", absent: ["a"]) == .removeOwners(["a"]))
    }

    @Test func aForegroundDeletionWaitsForBlockingDependents() {
        var graph = graph([
            node("o", finalizers: ["foregroundDeletion"], deleting: true), node("d", owners: ["o"]),
            node("free", owners: ["o"], blocks: false),
        ])
        #expect(graph.decide("o", absent: []) == .none)
        #expect(graph.decide("d", absent: []) == .delete(.background))
        #expect(graph.remove("d") == ["o"])
        #expect(graph.decide("o", absent: []) == .removeFinalizer("foregroundDeletion"))
    }

    @Test func orphansLoseTheReferenceAndStay() {
        let graph = graph([node("o", finalizers: ["orphan"], deleting: true), node("d", owners: ["o"])])
        #expect(graph.decide("o", absent: []) == .orphan(["d"]))
        #expect(graph.decide("d", absent: []) == .none)
    }
}

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
}
