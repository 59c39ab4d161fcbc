import KubernetesClient
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import KubernetesRuntime

@Suite(.timeLimit(.minutes(1))) struct LeaderElectionTests {
    private let lease = ObjectKey(namespace: "n", name: "l")
    private let timing = LeaseTiming(
        leaseDuration: .seconds(6), renewDeadline: .seconds(3), retryPeriod: .milliseconds(100))

    private var quiet: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

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

    private func election(_ client: KubernetesClient, _ identity: String, _ work: Work) -> LeaderElection {
        LeaderElection(client: client, lease: lease, identity: identity, timing: timing, logger: quiet, work: work.run)
    }

    @Test func onlyOneOfTwoLeadsAndTheOtherTakesOverAtOnceWhenTheLeaseIsGivenBack() async throws {
        let server = try await SmallAPIServer.start()
        let client = server.client()
        let work = Work()
        let first = election(client, "first", work)
        let second = election(client, "second", work)
        let firstGroup = ServiceGroup(services: [first], logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await firstGroup.run() }
            await eventually { first.isLeading }
            group.addTask { try await second.run() }
            let held = try #require(server.object(.lease, "l", namespace: "n"))
            #expect(held["spec", "holderIdentity"] == "first" && held["spec", "leaseDurationSeconds"] == 6)
            // Six digits, or a real API server refuses it.
            let time = try #require(held["spec", "renewTime"]?.stringValue)
            #expect(time.count == "2026-01-01T00:00:00.000000Z".count)
            await eventually {
                server.object(.lease, "l", namespace: "n")?["spec", "renewTime"]?.stringValue != time
            }
            #expect(!second.isLeading && work.now.begun == 1)
            await firstGroup.triggerGracefulShutdown()
            let given = ContinuousClock.now
            await eventually { second.isLeading }
            #expect(.now - given < timing.leaseDuration)
            #expect(server.object(.lease, "l", namespace: "n")?["spec", "leaseTransitions"] == 1)
            group.cancelAll()
        }
        #expect(work.now.most == 1 && work.now.begun == 2 && work.now.ended == 2)
        #expect(server.object(.lease, "l", namespace: "n")?["spec", "holderIdentity"] == "")
        try await client.shutdown()
        try await server.stop()
    }

    @Test func aLeaderThatCannotRenewStopsBeforeItsLeaseExpiresAndLeadsAgainLater() async throws {
        let server = try await SmallAPIServer.start()
        let client = server.client()
        let work = Work()
        let election = election(client, "me", work)
        try await running(election) {
            await eventually { election.isLeading }
            let begin = ContinuousClock.now
            server.state.withLock { $0.isHanging = true }
            await eventually { work.now.ended == 1 }
            #expect(.now - begin < timing.leaseDuration)
            server.state.withLock { $0.isHanging = false }
            await eventually { work.now.begun == 2 && election.isLeading }
        }
        #expect(work.now.most == 1)
        try await client.shutdown()
        try await server.stop()
    }

    @Test func anExpiredLeaseOfADeadProcessIsTakenOver() async throws {
        let server = try await SmallAPIServer.start()
        var dead = UntypedObject(.lease, name: "l", namespace: "n")
        LeaseRecord(holder: "dead", durationSeconds: 1, acquireTime: .now, renewTime: .now, transitions: 4)
            .write(to: &dead)
        server.put(.lease, dead)
        let client = server.client()
        let work = Work()
        let election = election(client, "me", work)
        try await running(election) {
            let begin = ContinuousClock.now
            await eventually { election.isLeading }
            #expect(.now - begin >= .seconds(1))
            #expect(server.object(.lease, "l", namespace: "n")?["spec", "leaseTransitions"] == 5)
        }
        try await client.shutdown()
        try await server.stop()
    }

    @Test func whatTheWorkThrowsEndsTheElectionAndGivesTheLeaseBack() async throws {
        struct Broken: Error {}
        let server = try await SmallAPIServer.start()
        let client = server.client()
        let election = LeaderElection(client: client, lease: lease, identity: "me", timing: timing, logger: quiet) {
            throw Broken()
        }
        await #expect(throws: Broken.self) { try await election.run() }
        #expect(server.object(.lease, "l", namespace: "n")?["spec", "holderIdentity"] == "")
        #expect(!election.isLeading)
        try await client.shutdown()
        try await server.stop()
    }
}
