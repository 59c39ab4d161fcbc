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

    @Test func anOwnerUnderAnotherNameOrNamespaceIsNoOwner() {
        var stranger = node("d", owners: ["o"])
        stranger.object.namespace = "elsewhere"
        var graph = graph([node("o"), stranger])
        guard case .verify(let owners) = graph.decide("d", absent: []) else {
            Issue.record("taken for its owner, or deleted without asking")
            return
        }
        let absent: Set<String> = [OwnershipGraph.coordinates(owners[0], of: stranger)]
        #expect(graph.decide("d", absent: absent) == .delete(.background))
        var misnamed = node("e")
        misnamed.object.ownerReferences = [OwnerReference(apiVersion: "v1", kind: "Secret", name: "o", uid: "o")]
        _ = graph.put(misnamed)
        #expect(graph.decide("e", absent: []) == .verify(misnamed.owners))
    }
}
