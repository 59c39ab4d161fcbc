import Foundation
import KubernetesClient
import Testing

@testable import LocalAPIServer

@Suite final class ObjectStoreTests {
    private let root = NSTemporaryDirectory() + "store-\(UUID().uuidString)"

    deinit { try? FileManager.default.removeItem(atPath: root) }

    private func folder() -> String {
        try? FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        return root
    }

    private func object(_ name: String, value: Int, labels: [String: String] = [:]) -> JSONValue {
        [
            "metadata": [
                "name": .string(name), "namespace": "n", "uid": .string("uid-\(name)"), "labels": JSONValue(labels),
            ], "data": ["v": .string("\(value)")],
        ]
    }

    @discardableResult
    private func put(
        _ store: ObjectStore, _ name: String, _ value: Int, labels: [String: String] = [:]
    ) throws -> StoredObject {
        try store.commit(
            StoreChange(
                resource: "configmaps", namespace: "n", name: name,
                basis: store.object("configmaps", "n", name)?.revision,
                object: object(name, value: value, labels: labels)))
    }

    private func delete(_ store: ObjectStore, _ name: String) throws {
        let stored = try #require(store.object("configmaps", "n", name))
        _ = try store.commit(
            StoreChange(
                resource: "configmaps", namespace: "n", name: name, basis: stored.revision, object: stored.value(),
                isDeletion: true))
    }

    @Test func whatWasAcknowledgedIsThereAfterACrash() throws {
        let path = folder() + "/objects.sqlite"
        let store = try ObjectStore(path: path)
        try put(store, "a", 1)
        try put(store, "b", 1)
        try put(store, "a", 2)
        try delete(store, "b")
        let last = store.revision

        // The first store is never closed, as after kill -9; its write-ahead log is all there is.
        let again = try ObjectStore(path: path)
        #expect(again.list("configmaps").objects.map(\.name) == ["a"])
        #expect(again.object("configmaps", "n", "a")?.value()[path: ["data", "v"]] == "2")
        #expect(again.revision == last, "a deletion's revision counts too")
        #expect(try put(again, "c", 1).revision > last)
        withExtendedLifetime(store) {}
    }

    @Test func aChangeMadeFromAnOldRevisionIsRefused() throws {
        let store = try ObjectStore(path: folder() + "/objects.sqlite")
        let first = try put(store, "a", 1)
        try put(store, "a", 2)
        #expect(throws: StoreConflict.self) {
            try store.commit(
                StoreChange(
                    resource: "configmaps", namespace: "n", name: "a", basis: first.revision,
                    object: object("a", value: 3)))
        }
        #expect(throws: StoreConflict.self) {
            try store.commit(
                StoreChange(
                    resource: "configmaps", namespace: "n", name: "a", basis: nil, object: object("a", value: 3)))
        }
        #expect(store.object("configmaps", "n", "a")?.value()[path: ["data", "v"]] == "2")
    }

    @Test func listsAreOrderedAndAnEarlierRevisionCanBeListed() throws {
        let store = try ObjectStore(path: folder() + "/objects.sqlite")
        store.begin("configmaps")
        for name in ["b", "a", "d"] { try put(store, name, 1) }
        let then = store.revision
        try put(store, "c", 1)
        try put(store, "a", 2)
        try delete(store, "b")
        #expect(store.list("configmaps").objects.map(\.name) == ["a", "c", "d"])
        let past = try #require(store.list("configmaps", namespace: "n", at: then))
        #expect(past.map(\.name) == ["a", "b", "d"])
        #expect(past.first?.value()[path: ["data", "v"]] == "1")
        #expect(store.list("configmaps", namespace: "m").objects.isEmpty)
    }

    @Test func aWatchSeesThePastSinceItsRevisionThenWhatHappens() async throws {
        let store = try ObjectStore(path: folder() + "/objects.sqlite")
        store.begin("configmaps")
        let first = try put(store, "a", 1)
        try put(store, "b", 1)
        let watch = try store.watch("configmaps", namespace: nil, from: .after(first.revision))
        #expect(watch.past.map(\.object.name) == ["b"])
        try put(store, "c", 1)
        try delete(store, "a")
        store.end(watch)
        var seen: [String] = []
        for await case .event(let event) in watch.signals {
            seen.append("\(event.isDeletion ? "-" : "+")\(event.object.name)")
        }
        #expect(seen == ["+c", "-a"])
    }

    @Test func aWatchFromBeforeTheStartIsTooOld() throws {
        let path = folder() + "/objects.sqlite"
        let store = try ObjectStore(path: path)
        let first = try put(store, "a", 1)
        try put(store, "a", 2)
        let again = try ObjectStore(path: path)
        #expect(throws: RevisionForgotten.self) {
            try again.watch("configmaps", namespace: nil, from: .after(first.revision))
        }
        _ = try again.watch("configmaps", namespace: nil, from: .after(again.revision))
        withExtendedLifetime(store) {}
    }

    @Test func eventsAreForgottenAnHourAfterTheyWereLastSeen() throws {
        let store = try ObjectStore(path: folder() + "/objects.sqlite")
        for (name, last) in [("old", "2024-01-01T00:00:00Z"), ("seen-again", "2024-01-01T00:50:00Z")] {
            _ = try store.commit(
                StoreChange(
                    resource: "events", namespace: "n", name: name, basis: nil,
                    object: [
                        "metadata": [
                            "name": .string(name), "namespace": "n", "creationTimestamp": "2024-01-01T00:00:00Z",
                        ], "lastTimestamp": .string(last),
                    ]))
        }
        store.removeOldEvents(now: try Date("2024-01-01T01:30:00Z", strategy: .iso8601))
        #expect(store.list("events").objects.map(\.name) == ["seen-again"])
    }

    @Test func concurrentWritersAreAllKept() async throws {
        let store = try ObjectStore(path: folder() + "/objects.sqlite")
        try await withThrowingTaskGroup(of: Int64.self) { group in
            for index in 0..<200 {
                group.addTask {
                    try store.commit(
                        StoreChange(
                            resource: "configmaps", namespace: "n", name: "o\(index)", basis: nil,
                            object: ["metadata": ["name": .string("o\(index)"), "namespace": "n"]])
                    ).revision
                }
            }
            var revisions: Set<Int64> = []
            for try await revision in group { revisions.insert(revision) }
            #expect(revisions.count == 200, "every change has a revision of its own")
        }
        #expect(store.list("configmaps").objects.count == 200)
    }
}
