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

    @Test(
        arguments: [
            [:], ["metadata": [:]], ["metadata": ["labels": [:]]],
            [
                "data": [
                    "metadata": #"{"labels":{"app":"wrong"}}"#, "braces": "}{][", "end": "\\", "quote": "\"metadata\":",
                    "\"metadata": "x",
                ],
                "metadata": [
                    "labels": ["app": "right", "a/b": "ä\"\\"], "uid": "u-1", "annotations": ["labels": "no"],
                ],
            ],
            [
                "a": [["metadata": ["labels": ["app": "wrong"]]]], "metadata": ["uid": "u-2"],
                "spec": ["nodeName": "n1"],
            ],
            ["data": ["k": .string(String(repeating: "x{\"", count: 50_000))], "metadata": ["labels": ["app": "big"]]],
            ["b": [.null, true, 1.5, [:]], "metadata": ["labels": ["empty": ""]], "z": -1],
        ] as [JSONValue])
    func whatIsSelectedByIsReadFromTheBytesOfAnyObject(content: JSONValue) throws {
        let path = folder() + "/objects.sqlite"
        var object = content
        object[path: ["metadata", "name"]] = "o"
        object[path: ["metadata", "namespace"]] = "n"
        let store = try ObjectStore(path: path)
        let stored = try store.commit(
            StoreChange(resource: "things", namespace: "n", name: "o", basis: nil, object: object))
        object[path: ["metadata", "resourceVersion"]] = .string(String(stored.revision))
        for found in [stored, try #require(try ObjectStore(path: path).object("things", "n", "o"))] {
            #expect(found.value() == object)
            #expect(found.labels == content[path: ["metadata", "labels"]]?.stringMapValue ?? [:])
            #expect(found.uid == content[path: ["metadata", "uid"]]?.stringValue ?? "")
            for path in [["spec", "nodeName"], ["data", "end"], ["metadata"], ["a"], ["no", "such"]] {
                #expect(found.value(at: path) == object[path: path])
            }
            var partial: [UInt8] = []
            found.writeMetadata(to: &partial)
            #expect(try JSONValue(parsing: partial)["metadata"] == object["metadata"])
        }
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

    private static func told(_ watch: ObjectStore.Watch) async -> [String] {
        var seen: [String] = []
        for await batch in watch.queue.batches {
            for case .event(let event) in batch { seen.append("\(event.isDeletion ? "-" : "+")\(event.object.name)") }
        }
        return seen
    }

    @Test func aWatchSeesThePastSinceItsRevisionThenWhatHappens() async throws {
        let store = try ObjectStore(path: folder() + "/objects.sqlite")
        store.begin("configmaps")
        let first = try put(store, "a", 1)
        try put(store, "b", 1)
        let (watch, beginning) = try store.watch("configmaps", namespace: nil, from: .after(first.revision))
        let (elsewhere, _) = try store.watch("configmaps", namespace: "other", from: .after(first.revision))
        #expect(beginning.past.map(\.object.name) == ["b"])
        try put(store, "c", 1)
        try delete(store, "a")
        store.end(watch)
        store.end(elsewhere)
        #expect(await Self.told(watch) == ["+c", "-a"])
        #expect(await Self.told(elsewhere).isEmpty, "what happens in other namespaces wakes nobody")
    }

    @Test func aWatcherThatDoesNotKeepUpIsToldAllUpToAPointAndThenClosed() async throws {
        let queue = WatchQueue()
        for revision in 1...10_000 { queue.send(.progress(Int64(revision))) }
        var told: [Int64] = []
        for await batch in queue.batches {
            for case .progress(let revision) in batch { told.append(revision) }
        }
        #expect(told.count < 10_000)
        #expect(told == Array(1...Int64(told.count)), "nothing is left out before the end")
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
