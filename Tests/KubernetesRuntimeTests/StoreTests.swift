import KubernetesClient
import Testing

@testable import KubernetesRuntime

@Suite struct StoreTests {
    private func pod(
        _ name: String, _ version: Int, uid: String = "u", owner: String? = nil, app: String? = nil
    ) -> UntypedObject {
        var pod = UntypedObject(.pod, name: name, namespace: "n")
        pod.resourceVersion = String(version)
        pod["metadata", "uid"] = .string(uid)
        if let owner { pod.ownerReferences = [OwnerReference(apiVersion: "v1", kind: "X", name: "x", uid: owner)] }
        if let app { pod.labels = ["app": app] }
        return pod
    }

    /// `+a`, `~a`, `-a`; empty for no change.
    private func told(_ event: InformerEvent?) -> String {
        switch event {
        case .added(let object): "+\(object.name)"
        case .updated(_, let object): "~\(object.name)"
        case .deleted(let object): "-\(object.name)"
        case nil: ""
        }
    }

    @Test func findsByKeyAndIndexAndFollowsChanges() {
        var store = StoreState(indexes: [
            Store.ownerIndex: { $0.ownerReferences.map(\.uid) }, "app": { $0.labels["app"].map { [$0] } ?? [] },
        ])
        func names(_ index: String, _ value: String) -> Set<String> {
            Set(store.objects(index: index, value: value).map(\.name))
        }
        _ = store.putListed(pod("a", 1, owner: "1", app: "x"))
        _ = store.putListed(pod("b", 2, owner: "1", app: "y"))
        #expect(names(Store.ownerIndex, "1") == ["a", "b"] && names("app", "x") == ["a"])
        guard case .updated(let old, _) = store.putWatched(pod("a", 3, owner: "2", app: "y")) else {
            Issue.record("no update")
            return
        }
        #expect(old.labels == ["app": "x"])
        #expect(names(Store.ownerIndex, "1") == ["b"] && names("app", "x") == [] && names("app", "y") == ["a", "b"])
        #expect(told(store.removeWatched(pod("b", 4))) == "-b")
        #expect(names(Store.ownerIndex, "1") == [] && store.count == 1)
        let key = ObjectKey(namespace: "n", name: "a")
        #expect(store[key]?.labels == ["app": "y"] && store[ObjectKey(namespace: "n", name: "b")] == nil)
    }

    @Test func olderNewsNeverWinsOverNewerWhateverTheOrder() {
        var store = StoreState(indexes: [:])
        store.beginList()
        _ = store.putListed(pod("a", 20))
        _ = store.endList(version: "30")
        // Repeated, late, and of an object that the list did not show any more.
        #expect(told(store.putWatched(pod("a", 20))) == "" && told(store.putWatched(pod("a", 15))) == "")
        #expect(told(store.putWatched(pod("gone", 25))) == "")
        #expect(told(store.removeWatched(pod("a", 12, uid: "before"))) == "")
        #expect(store.objects.map(\.resourceVersion) == ["20"])
        #expect(told(store.putWatched(pod("a", 31))) == "~a")
        #expect(told(store.removeWatched(pod("a", 32))) == "-a" && told(store.removeWatched(pod("a", 32))) == "")
        #expect(told(store.putWatched(pod("a", 31))) == "")
        #expect(told(store.putWatched(pod("a", 33, uid: "again"))) == "+a")
    }

    @Test func aListCountsAlsoWhenTheServersStateWasSetBack() {
        var store = StoreState(indexes: [:])
        store.beginList()
        for name in ["a", "b", "c"] { _ = store.putListed(pod(name, 50, app: "new")) }
        #expect(store.endList(version: "60").isEmpty && store.isSynced)
        store.beginList()
        #expect(told(store.putListed(pod("a", 20, app: "old"))) == "~a")
        // The same number, given to another change after the server was set back.
        #expect(told(store.putListed(pod("b", 50, app: "other"))) == "~b")
        #expect(store.endList(version: "21").map { told($0) } == ["-c"])
        #expect(told(store.putWatched(pod("a", 22))) == "~a")
    }

    @Test func whatWasReadOtherwiseIsTakenUnlessOlder() {
        var store = StoreState(indexes: [:])
        store.learn(pod("a", 5))
        store.learn(pod("a", 4, app: "old"))
        #expect(store.objects.map(\.resourceVersion) == ["5"])
        _ = store.removeWatched(pod("a", 6))
        store.learn(pod("a", 5))
        #expect(store.count == 0)
    }
}
