import FaultProxy
import KubernetesClient
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import KubernetesRuntime

extension FaultMatrix {
    /// Electors and what they write, against an API server through a network that fails. What each wrote, in which order,
    /// is what the server says.
    @Suite struct LeaderElectionFaultTests {
        private let lease = ObjectKey(namespace: "default", name: "election")

        /// Short enough for a test: what counts are the relations, which are those of the default.
        private let short = LeaseTiming(
            leaseDuration: .seconds(3), renewDeadline: .seconds(2), retryPeriod: .milliseconds(400))

        /// Writes its name again and again, also when it is told to stop, and counts what came of it.
        private final class Writer: Sendable {
            let name: String
            private let client: KubernetesClient
            private let obeys: Bool
            private let counts = Mutex((written: 0, refused: 0))
            var written: Int { counts.withLock { $0.written } }
            var refused: Int { counts.withLock { $0.refused } }

            init(_ name: String, _ client: KubernetesClient, obeys: Bool = true) {
                self.name = name
                self.client = client
                self.obeys = obeys
            }

            @Sendable func run() async throws {
                let end = Mutex<ContinuousClock.Instant?>(nil)
                while end.withLock({ $0.map { $0 > .now } ?? true }) {
                    do throws(KubernetesError) {
                        _ = try await client.patch(
                            .configMap, "ledger", namespace: "default", .merge(["data": ["writer": .string(name)]]))
                        counts.withLock { $0.written += 1 }
                        // So that the next one is a change, too.
                        _ = try await client.patch(
                            .configMap, "ledger", namespace: "default",
                            .merge(["data": ["writer": .string("-" + name)]]))
                    } catch {
                        if error.isCancelled { counts.withLock { $0.refused += 1 } }
                    }
                    if Task.isCancelled {
                        if obeys { return }
                        // One that does not notice for another two seconds.
                        end.withLock { $0 = $0 ?? .now + .seconds(2) }
                        await Task { try? await Task.sleep(for: .milliseconds(5)) }.value
                    }
                }
            }
        }

        /// Follows a ConfigMap and answers who wrote it, in the order in which the server let them.
        private func ledger(_ cluster: TestCluster, _ body: () async throws -> Void) async throws -> [String] {
            let made = try await cluster.admin.create(
                .configMap, UntypedObject(.configMap, name: "ledger", namespace: "default"))
            let watching = cluster.separateAdmin()
            let writers = Shared<[String]>([])
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    let events = try await watching.watch(
                        .configMap, namespace: "default",
                        options: WatchOptions(
                            fieldSelector: "metadata.name=ledger", resourceVersion: made.resourceVersion))
                    do {
                        for try await event in events {
                            guard case .modified(let object) = event, let writer = object["data", "writer"]?.stringValue
                            else { continue }
                            writers.withLock { $0.append(writer.filter { $0 != "-" }) }
                        }
                    } catch {
                        if !Task.isCancelled { throw error }
                    }
                }
                try await body()
                _ = try await cluster.admin.patch(
                    .configMap, "ledger", namespace: "default", .merge(["data": ["writer": "end"]]))
                await eventually { writers.withLock { $0.last } == "end" }
                group.cancelAll()
                try await group.waitForAll()
            }
            return writers.withLock { $0.dropLast() }
        }

        private func election(
            _ client: KubernetesClient, _ identity: String, _ timing: LeaseTiming,
            time: @escaping @Sendable () -> Timestamp = { .now }, work: @escaping @Sendable () async throws -> Void
        ) -> LeaderElection {
            LeaderElection(
                client: client, lease: lease, identity: identity, timing: timing, logger: TestCluster.quiet, time: time,
                work: work)
        }

        @Test func aLeaderWhoseRenewalsAreLateHasWrittenItsLastBeforeTheNextWritesItsFirst() async throws {
            try await TestCluster.with { cluster in
                let slow = try await cluster.proxy()
                // Every write is a little late, also those of the moment at which the claim ends.
                slow.rule { $0.method == "PATCH" ? .delay(.milliseconds(150)) : nil }
                let first = Writer("first", cluster.client(slow), obeys: false)
                let second = Writer("second", cluster.admin)
                let firstElection = election(cluster.client(slow), "first", short, work: first.run)
                let secondElection = election(cluster.admin, "second", short, work: second.run)
                let writers = try await ledger(cluster) {
                    try await running(firstElection) {
                        await eventually { first.written > 2 }
                        try await running(secondElection) {
                            // From now on the first one's renewals come when they can help no more.
                            slow.rule { $0.path.contains("/leases/") ? .delay(.seconds(4)) : nil }
                            await eventually { second.written > 10 }
                            #expect(!firstElection.isLeading)
                        }
                    }
                }
                // It did not stop when it was told to, but nothing of what it tried was sent.
                #expect(first.refused > 10)
                #expect(writers.filter { $0 == "first" }.count > 2 && writers.filter { $0 == "second" }.count > 10)
                let change = try #require(writers.firstIndex(of: "second"))
                #expect(!writers[change...].contains("first"))
            }
        }

        @Test func aLeaderThatIsCutOffIsFollowedWithinTheLeaseAndTwoSeconds() async throws {
            try await TestCluster.with { cluster in
                let cut = try await cluster.proxy()
                let first = Writer("first", cluster.client(cut))
                let second = Writer("second", cluster.admin)
                let firstElection = election(cluster.client(cut), "first", short, work: first.run)
                let secondElection = election(cluster.admin, "second", short, work: second.run)
                let writers = try await ledger(cluster) {
                    try await running(firstElection) {
                        await eventually { first.written > 2 }
                        try await running(secondElection) {
                            // As a crash looks from outside: nothing more of it arrives, and nothing tells so.
                            cut.freeze(true)
                            let crash = ContinuousClock.now
                            await eventually { secondElection.isLeading }
                            #expect(.now - crash < short.leaseDuration + .seconds(2))
                            #expect(!firstElection.isLeading)
                            await eventually { second.written > 3 }
                            // What was on its way when the line was cut arrives now, or never.
                            cut.freeze(false)
                            let written = second.written
                            await eventually { second.written > written + 5 && !firstElection.isLeading }
                        }
                    }
                }
                let change = try #require(writers.firstIndex(of: "second"))
                #expect(change > 0 && writers.contains("first"))
                // The first one may lead again only once the second has shut down.
                let last = try #require(writers.lastIndex(of: "second"))
                #expect(!writers[change...last].contains("first"))
            }
        }

        @Test func aPlannedHandOverTakesLessThanTwoSecondsAlsoFromWorkThatDoesNotEnd() async throws {
            try await TestCluster.with { cluster in
                let first = Writer("first", cluster.admin)
                let second = Writer("second", cluster.admin)
                // The default timing, whose lease is fifteen seconds.
                let firstElection = election(cluster.admin, "first", LeaseTiming(), work: first.run)
                let secondElection = election(cluster.admin, "second", LeaseTiming(), work: second.run)
                let group = ServiceGroup(services: [firstElection], logger: TestCluster.quiet)
                let writers = try await ledger(cluster) {
                    try await withThrowingTaskGroup(of: Void.self) { tasks in
                        tasks.addTask { try await group.run() }
                        await eventually { first.written > 2 }
                        tasks.addTask { try await secondElection.run() }
                        await group.triggerGracefulShutdown()
                        let begin = ContinuousClock.now
                        await eventually { second.written > 0 }
                        #expect(.now - begin < .seconds(2))
                        tasks.cancelAll()
                        try await tasks.waitForAll()
                    }
                }
                let change = try #require(writers.firstIndex(of: "second"))
                #expect(change > 0 && !writers[change...].contains("first"))
            }
        }

        @Test func aWriteWithoutAnswerKeepsTheLeaseUntilItExpires() async throws {
            try await TestCluster.with { cluster in
                let proxy = try await cluster.proxy()
                let client = cluster.client(proxy)
                let sent = Mutex(false)
                let work: @Sendable () async throws -> Void = {
                    // It is not known whether this takes effect, and when.
                    proxy.rule(.resetBeforeSending) { $0.method == "POST" }
                    do throws(KubernetesError) {
                        _ = try await client.create(
                            .configMap, UntypedObject(.configMap, name: "late", namespace: "default"))
                    } catch {
                        sent.withLock { $0 = error.isTransport }
                    }
                }
                try await election(client, "first", short, work: work).run()
                #expect(sent.withLock { $0 })
                let kept = try await cluster.admin.get(.lease, lease.name, namespace: lease.namespace)
                #expect(kept["spec", "holderIdentity"] == "first")
                // With answers to all writes it is given back.
                try await election(cluster.admin, "first", short) {}.run()
                let given = try await cluster.admin.get(.lease, lease.name, namespace: lease.namespace)
                #expect(given["spec", "holderIdentity"] == "")
            }
        }

        @Test func jumpsOfTheTimeOfDayChangeNothing() async throws {
            try await TestCluster.with { cluster in
                let day = Mutex(Timestamp.now)
                let jumping: @Sendable () -> Timestamp = {
                    day.withLock { day in
                        day = day + .seconds([-86_400, 5, 3 * 86_400, -7].randomElement() ?? 0)
                        return day
                    }
                }
                let first = Writer("first", cluster.admin)
                let second = Writer("second", cluster.admin)
                let firstElection = election(cluster.admin, "first", short, time: jumping, work: first.run)
                let secondElection = election(cluster.admin, "second", short, time: jumping, work: second.run)
                let writers = try await ledger(cluster) {
                    try await running(firstElection) {
                        await eventually { firstElection.isLeading }
                        try await running(secondElection) {
                            let begin = ContinuousClock.now
                            await eventually { .now - begin > short.leaseDuration + .seconds(1) }
                            #expect(firstElection.isLeading && !secondElection.isLeading)
                        }
                    }
                }
                #expect(!writers.contains("second") && first.written > 10)
            }
        }
    }
}
