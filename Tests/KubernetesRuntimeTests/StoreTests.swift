import KubernetesClient
import Testing

@testable import KubernetesRuntime

@Suite struct StoreTests {
    private func pod(_ name: String, owner: String? = nil, app: String? = nil) -> UntypedObject {
        var pod = UntypedObject(.pod, name: name, namespace: "n")
        if let owner { pod.ownerReferences = [OwnerReference(apiVersion: "v1", kind: "X", name: "x", uid: owner)] }
        if let app { pod.labels = ["app": app] }
        return pod
    }

    private let store = Store(indexes: [
        Store.ownerIndex: { $0.ownerReferences.map(\.uid) }, "app": { $0.labels["app"].map { [$0] } ?? [] },
    ])

    @Test func findsByKeyAndIndexAndFollowsChanges() {
        store.put(pod("a", owner: "1", app: "x"))
        store.put(pod("b", owner: "1", app: "y"))
        #expect(Set(store.objects(ownedBy: "1").map(\.name)) == ["a", "b"])
        #expect(store.objects(index: "app", value: "x").map(\.name) == ["a"])
        #expect(store.put(pod("a", owner: "2", app: "y"))?.labels == ["app": "x"])
        #expect(store.objects(ownedBy: "1").map(\.name) == ["b"])
        #expect(store.objects(index: "app", value: "x").isEmpty)
        #expect(store.remove(ObjectKey(namespace: "n", name: "b"))?.name == "b")
        #expect(store.objects(ownedBy: "1").isEmpty && store.count == 1)
        #expect(store.get("a", namespace: "n")?.labels == ["app": "y"] && store.get("b", namespace: "n") == nil)
    }
}
