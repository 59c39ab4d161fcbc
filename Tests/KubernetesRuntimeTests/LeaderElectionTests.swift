import FaultProxy
import KubernetesClient
import ServiceLifecycle
import Synchronization
import Testing

@testable import KubernetesRuntime

@Suite(.timeLimit(.minutes(1))) struct LeaderElectionTests {
    private let lease = ObjectKey(namespace: "default", name: "l")
    private let timing = LeaseTiming(
        leaseDuration: .seconds(6), renewDeadline: .seconds(3), retryPeriod: .milliseconds(100))

    /// How often work was begun and ended, and by how many at most at a time.
    private final class Work: Sendable {
        struct Count { var begun = 0, ended = 0, most = 0 }
        private let count = Mutex(Count())
        var now: Count { count.withLock { $0 } }
        @Sendable func run() async throws {
            count.withLock {
                $0.begun += 1
                $0.most = max($0.most, $0.begun - $0.ended)
            }
            defer { count.withLock { $0.ended += 1 } }
            try await gracefulShutdown()
        }
    }

    private func held(_ cluster: TestCluster) async throws -> UntypedObject {
        try await cluster.admin.get(.lease, lease.name, namespace: lease.namespace)
    }

    private func election(
        _ client: KubernetesClient, _ identity: String, _ work: Work, timing: LeaseTiming? = nil
    ) -> LeaderElection {
        LeaderElection(
            client: client, lease: lease, identity: identity, timing: timing ?? self.timing, logger: TestCluster.quiet,
            work: work.run)
    }

    @Test func onlyOneOfTwoLeadsAndTheOtherTakesOverAtOnceWhenTheLeaseIsGivenBack() async throws {
        try await TestCluster.with { cluster in
            let work = Work()
            // Long, so that taking over at once cannot be mistaken for taking over what has expired.
            let timing = LeaseTiming(
                leaseDuration: .seconds(25), renewDeadline: .seconds(12), retryPeriod: .milliseconds(100))
            let first = election(cluster.admin, "first", work, timing: timing)
            let second = election(cluster.admin, "second", work, timing: timing)
            let firstGroup = ServiceGroup(services: [first], logger: TestCluster.quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await firstGroup.run() }
                await eventually { first.isLeading }
                group.addTask { try await second.run() }
                let held = try await held(cluster)
                #expect(held["spec", "holderIdentity"] == "first" && held["spec", "leaseDurationSeconds"] == 25)
                let time = try #require(held["spec", "renewTime"])
                await eventually { (try? await self.held(cluster)["spec", "renewTime"]) ?? time != time }
                #expect(!second.isLeading && work.now.begun == 1)
                await firstGroup.triggerGracefulShutdown()
                let given = ContinuousClock.now
                await eventually { second.isLeading }
                #expect(.now - given < timing.leaseDuration)
                #expect(try await self.held(cluster)["spec", "leaseTransitions"] == 1)
                group.cancelAll()
            }
            #expect(work.now.most == 1 && work.now.begun == 2 && work.now.ended == 2)
            #expect(try await held(cluster)["spec", "holderIdentity"] == "")
        }
    }

    @Test func aLeaderThatCannotRenewStopsBeforeItsLeaseExpiresAndLeadsAgainLater() async throws {
        try await TestCluster.with { cluster in
            let proxy = try await cluster.proxy()
            let isAway = Shared(false)
            proxy.rule { _ in isAway.withLock { $0 } ? .stall : nil }
            let work = Work()
            let election = election(cluster.client(proxy), "me", work)
            try await running(election) {
                await eventually { election.isLeading }
                let begin = ContinuousClock.now
                isAway.withLock { $0 = true }
                await eventually { work.now.ended == 1 }
                #expect(.now - begin < timing.leaseDuration)
                isAway.withLock { $0 = false }
                await eventually { work.now.begun == 2 && election.isLeading }
            }
            #expect(work.now.most == 1)
        }
    }

    @Test func anExpiredLeaseOfADeadProcessIsTakenOver() async throws {
        try await TestCluster.with { cluster in
            var dead = UntypedObject(.lease, name: lease.name, namespace: lease.namespace)
            LeaseRecord(holder: "dead", durationSeconds: 1, acquireTime: .now, renewTime: .now, transitions: 4)
                .write(to: &dead)
            try await cluster.admin.create(.lease, dead)
            let election = election(cluster.admin, "me", Work())
            try await running(election) {
                let begin = ContinuousClock.now
                await eventually { election.isLeading }
                #expect(.now - begin >= .seconds(1))
                let taken = try await held(cluster)
                #expect(taken["spec", "leaseTransitions"] == 5)
            }
        }
    }

    @Test func whatTheWorkThrowsEndsTheElectionAndGivesTheLeaseBack() async throws {
        struct Broken: Error {}
        try await TestCluster.with { cluster in
            let election = LeaderElection(
                client: cluster.admin, lease: lease, identity: "me", timing: timing, logger: TestCluster.quiet
            ) { throw Broken() }
            await #expect(throws: Broken.self) { try await election.run() }
            let given = try await held(cluster)
            #expect(given["spec", "holderIdentity"] == "" && !election.isLeading)
        }
    }
}
