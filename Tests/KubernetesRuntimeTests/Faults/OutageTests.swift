import FaultProxy
import Foundation
import KubernetesClient
import Synchronization
import Testing

@testable import KubernetesRuntime

extension FaultMatrix {
    /// Servers that go away, come back, and come back as they were some time before.
    @Suite struct OutageTests {
        private func withMirror(
            idleTimeout: Duration = .seconds(30), _ body: (Mirror, TestCluster, FaultProxy) async throws -> Void
        ) async throws {
            try await TestCluster.with { cluster in
                let proxy = try await cluster.proxy()
                let mirror = Mirror(cluster, proxy, idleTimeout: idleTimeout, requestTimeout: .seconds(2))
                try await body(mirror, cluster, proxy)
            }
        }

        /// An outage of a minute, 25 times as fast: the pauses are 25 times as short (``Mirror/backoff``), and they are all
        /// that the informer and the queue know of time, so that the same requests are made in the same order. That they
        /// are few in a whole minute is shown of the informer's state machine, in the time of its pauses.
        @Test func aMinuteWithoutServer() async throws {
            try await withMirror { mirror, _, proxy in
                try await mirror.following {
                    try await mirror.run {
                        await mirror.settle()
                        try await proxy.refuse(true)
                        // Goes on while nothing is told of it.
                        for name in ["a", "b", "f"] { try await mirror.set(name) }
                        try await mirror.remove("c")
                        let begin = ContinuousClock.now
                        await eventually { .now - begin > .milliseconds(2400) }
                        proxy.clearLog()
                        try await proxy.refuse(false)
                        await mirror.settle()
                        // Ten seconds at most until it is seen, 25 times as fast; and some for a busy machine.
                        #expect(.now - begin < .milliseconds(2400 + 400 + 5000))
                    }
                }
                // Two watches go on where they were; nothing is listed anew.
                #expect(proxy.count { $0.isRead } == 0 && proxy.log.count <= 30, "\(proxy.counts)")
            }
        }

        @Test func aPartitionDuringWhichEverythingStaysOpen() async throws {
            try await withMirror(idleTimeout: .milliseconds(500)) { mirror, _, proxy in
                try await mirror.following {
                    try await mirror.run {
                        await mirror.settle()
                        proxy.freeze(true)
                        for name in ["a", "b", "f"] { try await mirror.set(name) }
                        let begin = ContinuousClock.now
                        await eventually { .now - begin > .seconds(3) }
                        #expect(proxy.log.count < 120)
                        proxy.freeze(false)
                        await mirror.settle()
                    }
                }
            }
        }

        @Test func aServerThatIsStartedAgain() async throws {
            try await withMirror { mirror, cluster, proxy in
                try await mirror.run {
                    for _ in 0..<2 {
                        await mirror.settle()
                        try await cluster.stop()
                        try await cluster.start()
                        try await mirror.set("a")
                        try await mirror.remove("b")
                        await mirror.settle()
                        try await mirror.set("b")
                    }
                }
                #expect(proxy.log.count < 150, "\(proxy.counts)")
            }
        }

        @Test func aServerWhoseStateIsSetBack() async throws {
            let begin = ContinuousClock.now
            try await withMirror(idleTimeout: .milliseconds(500)) { mirror, cluster, proxy in
                try await mirror.run {
                    await mirror.settle()
                    try await cluster.stop()
                    try cluster.save()
                    let saved = mirror.expected
                    try await cluster.start()
                    for _ in 0..<10 { try await mirror.set("a") }
                    try await mirror.set("new")
                    try await mirror.remove("c")
                    await mirror.settle()
                    // Versions go back, and what has happened since has not.
                    try await cluster.stop()
                    try cluster.restore()
                    mirror.expect(saved)
                    try await cluster.start()
                    await mirror.settle()
                    try await mirror.set("b")
                    await mirror.settle()
                }
                // Watches that are silent are begun anew twice a second, however slow the machine is.
                let seconds = Int((ContinuousClock.now - begin) / .seconds(1))
                #expect(proxy.log.count < 300 + 12 * seconds, "\(proxy.counts) in \(seconds) s")
            }
        }

        @Test func aDefinitionThatIsDeletedAndMadeAgainWhileItsObjectsAreWatched() async throws {
            try await TestCluster.with { cluster in
                let kind = ResourceKind(group: "example.com", version: "v1", plural: "things", kind: "Thing")
                let definition = UntypedObject([
                    "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                    "metadata": ["name": "things.example.com"],
                    "spec": [
                        "group": "example.com", "scope": "Namespaced",
                        "names": ["kind": "Thing", "plural": "things", "singular": "thing"],
                        "versions": [
                            [
                                "name": "v1", "served": true, "storage": true,
                                "schema": [
                                    "openAPIV3Schema": [
                                        "type": "object", "x-kubernetes-preserve-unknown-fields": true,
                                    ]
                                ],
                            ]
                        ],
                    ],
                ])
                let proxy = try await cluster.proxy()
                let client = cluster.client(proxy)
                let informer = Informer(client, kind, backoff: Mirror.backoff, logger: TestCluster.quiet)
                let seen = Mutex<[String]>([])
                let controller = Controller("things", for: informer, logger: TestCluster.quiet) { key in
                    let isThere = informer.store[key] != nil
                    seen.withLock { $0.append(isThere ? "+\(key.name)" : "-\(key.name)") }
                    return .done
                }
                try await running(ControllerSet([controller])) {
                    // It is not there at first, either.
                    await eventually { proxy.count { $0.status == 404 } > 3 }
                    for name in ["first", "second"] {
                        try await cluster.admin.create(.customResourceDefinition, definition)
                        await eventually { (try? await cluster.admin.list(kind)) != nil }
                        try await cluster.admin.create(kind, UntypedObject(kind, name: name, namespace: "default"))
                        await eventually { seen.withLock { $0.contains("+\(name)") } }
                        try await cluster.admin.delete(.customResourceDefinition, "things.example.com")
                        let missing = proxy.count { $0.status == 404 }
                        await eventually { proxy.count { $0.status == 404 } > missing + 2 }
                    }
                    try await cluster.admin.create(.customResourceDefinition, definition)
                    await eventually { seen.withLock { Set($0).count } == 4 && informer.store.count == 0 }
                }
                // That the first has gone may be told only by the list that shows the second.
                #expect(seen.withLock { Set($0) } == ["+first", "+second", "-first", "-second"])
                #expect(proxy.log.count < 200, "\(proxy.counts)")
            }
        }

        @Test func eventsAreStillRecordedWhenTheTimeOfDayJumps() {
            var aggregation = EventAggregation(burst: 3, refill: .seconds(30))
            let object = UntypedObject(.configMap, name: "a", namespace: "n")
            func decide(_ time: Int64) -> EventAggregation.Decision {
                let event = RecordedEvent(
                    about: ObjectReference(object), kind: .normal, reason: "R", message: "m",
                    time: Timestamp(microseconds: time * 1_000_000))
                let decision = aggregation.decide(event)
                if decision == .create { aggregation.created(event, name: "e", namespace: "n") }
                return decision
            }
            #expect(decide(1_000_000) == .create)
            #expect(decide(5) == .count(name: "e", namespace: "n", count: 2))
            #expect(decide(6) == .count(name: "e", namespace: "n", count: 3))
            // No more at once; but in the new time as in the old.
            #expect(decide(7) == .drop)
            #expect(decide(40) == .count(name: "e", namespace: "n", count: 4))
            #expect(decide(9_000_000) == .create)
        }
    }
}
