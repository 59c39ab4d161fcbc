import FaultProxy
import KubernetesClient
import Synchronization
import Testing

@testable import KubernetesRuntime

extension FaultMatrix {
    /// Controllers that run a second time, as those of a leader that has lost its Lease and won it again.
    @Suite struct LeadingAgainTests {
        /// Notes what each pass saw of its source.
        private final class Passes: Sendable {
            private let seen = Mutex<[String]>([])
            var all: [String] { seen.withLock { $0 } }

            func add(_ key: ObjectKey, _ store: Store) {
                let value = store[key].map { $0["data", "value"]?.stringValue ?? "" } ?? "gone"
                seen.withLock { $0.append("\(key.name) \(value)") }
            }

            func clear() { seen.withLock { $0 = [] } }
        }

        private func set(_ cluster: TestCluster, _ name: String, _ value: String) async throws {
            var source = UntypedObject(.configMap, name: name, namespace: "default", labels: ["role": "source"])
            source["data"] = ["value": .string(value)]
            try await cluster.admin.apply(.configMap, source, fieldManager: "test")
        }

        private func sources(_ client: KubernetesClient) -> Informer {
            Informer(
                client, .configMap, namespace: "default", labelSelector: "role=source", backoff: Mirror.backoff,
                logger: TestCluster.quiet)
        }

        @Test func nothingIsDecidedByWhatWasKnownBeforeAndWhatHasGoneMeanwhileIsTold() async throws {
            try await TestCluster.with { cluster in
                let proxy = try await cluster.proxy()
                let informer = sources(cluster.client(proxy))
                let passes = Passes()
                let controller = Controller("again", for: informer, logger: TestCluster.quiet) { key in
                    passes.add(key, informer.store)
                    return .done
                }
                for name in ["changes", "goes", "stays"] { try await set(cluster, name, "1") }
                try await running(ControllerSet([controller])) { await eventually { passes.all.count == 3 } }
                try await set(cluster, "changes", "2")
                try await cluster.admin.delete(.configMap, "goes", namespace: "default")
                passes.clear()
                proxy.rule { $0.isRead || $0.isWatch ? .delay(.milliseconds(300)) : nil }
                try await running(ControllerSet([controller])) {
                    await eventually { passes.all.contains("goes gone") && passes.all.count >= 3 }
                }
                #expect(Set(passes.all) == ["changes 2", "goes gone", "stays 1"])
            }
        }

        @Test func aLeaderWhoseLeaseEndedInAnOutageDecidesByNothingFromBeforeIt() async throws {
            try await TestCluster.with { cluster in
                let proxy = try await cluster.proxy()
                let client = cluster.client(proxy)
                let informer = sources(client)
                let passes = Passes()
                let controller = Controller("again", for: informer, logger: TestCluster.quiet) { key in
                    passes.add(key, informer.store)
                    return .done
                }
                let timing = LeaseTiming(
                    leaseDuration: .seconds(3), renewDeadline: .seconds(2), retryPeriod: .milliseconds(400))
                let election = LeaderElection(
                    client: client, lease: ObjectKey(namespace: "default", name: "again"), identity: "me",
                    timing: timing, logger: TestCluster.quiet, leading: ControllerSet([controller]))
                for name in ["changes", "goes"] { try await set(cluster, name, "1") }
                try await running(election) {
                    await eventually { passes.all.count == 2 }
                    try await proxy.refuse(true)
                    await eventually { !election.isLeading }
                    try await set(cluster, "changes", "2")
                    try await cluster.admin.delete(.configMap, "goes", namespace: "default")
                    passes.clear()
                    try await proxy.refuse(false)
                    await eventually { Set(passes.all).isSuperset(of: ["changes 2", "goes gone"]) }
                }
                #expect(Set(passes.all) == ["changes 2", "goes gone"])
            }
        }

        @Test func whatWentAndWasNotReconciledInTimeIsReconciledByTheNextRun() async throws {
            try await TestCluster.with { cluster in
                let informer = sources(cluster.admin)
                let passes = Passes()
                let controller = Controller("again", for: informer, logger: TestCluster.quiet) { key in
                    passes.add(key, informer.store)
                    // As long as the network is away, until the claim to lead has ended.
                    if passes.all.filter({ $0 == "goes gone" }).count == 1 { try await Task.sleep(for: .seconds(3600)) }
                    return .done
                }
                try await set(cluster, "goes", "1")
                try await running(ControllerSet([controller])) {
                    await eventually { passes.all == ["goes 1"] }
                    try await cluster.admin.delete(.configMap, "goes", namespace: "default")
                    await eventually { passes.all == ["goes 1", "goes gone"] }
                }
                try await running(ControllerSet([controller])) {
                    await eventually { passes.all == ["goes 1", "goes gone", "goes gone"] }
                }
                // Once is enough.
                passes.clear()
                try await set(cluster, "next", "1")
                try await running(ControllerSet([controller])) { await eventually { passes.all.contains("next 1") } }
                #expect(passes.all == ["next 1"])
            }
        }
    }
}
