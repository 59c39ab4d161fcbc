import KubernetesClient
import Synchronization
import Testing

@testable import KubernetesRuntime

@Suite(.timeLimit(.minutes(1))) struct InformerTests {
    private final class Log: Sendable {
        private let lines = Mutex<[String]>([])
        var all: [String] { lines.withLock { $0 } }
        func append(_ event: InformerEvent) {
            let line =
                switch event {
                case .added(let object): "+\(object.name)"
                case .updated(_, let object): "~\(object.name)"
                case .deleted(let object): "-\(object.name)"
                }
            lines.withLock { $0.append(line) }
        }
    }

    private func pod(_ name: String, _ value: String = "") -> UntypedObject {
        var pod = UntypedObject(.pod, name: name, namespace: "n", labels: ["v": value])
        pod["metadata", "managedFields"] = [["manager": "x"]]
        return pod
    }

    /// Runs a test beside an informer of the pods of a server.
    private func withInformer(
        idleTimeout: Duration = .seconds(30), pageSize: Int = 500, before: (SmallAPIServer) -> Void = { _ in },
        _ body: (Informer, SmallAPIServer, Log) async throws -> Void
    ) async throws {
        let server = try await SmallAPIServer.start()
        before(server)
        let client = server.client()
        let informer = Informer(client, .pod, namespace: "n", idleTimeout: idleTimeout, pageSize: pageSize)
        let log = Log()
        informer.onEvent { log.append($0) }
        try await running(informer) {
            try await informer.waitUntilSynced()
            try await body(informer, server, log)
        }
        try await client.shutdown()
        try await server.stop()
    }

    @Test func followsEveryChangeOfACollectionListedInPages() async throws {
        try await withInformer(pageSize: 2) { server in
            for name in ["a", "b", "c", "d", "e"] { server.put(.pod, pod(name)) }
        } _: { informer, server, log in
            #expect(informer.store.isSynced && informer.store.count == 5)
            #expect(log.all.sorted() == ["+a", "+b", "+c", "+d", "+e"])
            server.put(.pod, pod("a", "2"))
            server.delete(.pod, "b", namespace: "n")
            server.put(.pod, pod("f"))
            await eventually { log.all.suffix(3) == ["~a", "-b", "+f"] }
            #expect(informer.store.get("a", namespace: "n")?.labels == ["v": "2"])
            #expect(informer.store.get("a", namespace: "n")?["metadata", "managedFields"] == nil)
        }
    }

    @Test func goesOnAfterACutConnectionWithoutListingAgain() async throws {
        try await withInformer { server in
            server.put(.pod, pod("a"))
        } _: { informer, server, log in
            await eventually { server.watchCount == 1 }
            server.cutWatches()
            server.put(.pod, pod("b"))
            await eventually { log.all == ["+a", "+b"] }
            #expect(server.requests.filter { !$0.contains("watch=true") }.count == 1)
        }
    }

    @Test func listsAgainWhenTheVersionIsForgottenAndTellsWhatIsGone() async throws {
        try await withInformer { server in
            for name in ["a", "b"] { server.put(.pod, pod(name)) }
        } _: { informer, server, log in
            await eventually { server.watchCount == 1 }
            server.state.withLock { $0.areWatchesSilent = true }
            server.delete(.pod, "a", namespace: "n")
            server.put(.pod, pod("c"))
            server.compact()
            server.cutWatches()
            server.state.withLock { $0.areWatchesSilent = false }
            await eventually { log.all.contains("-a") && log.all.contains("+c") }
            #expect(Set(informer.store.keys.map(\.name)) == ["b", "c"])
            #expect(log.all.filter { $0.hasSuffix("b") } == ["+b"])
        }
    }

    @Test func aConnectionThatIsSilentlyDeadIsFoundOut() async throws {
        try await withInformer(idleTimeout: .milliseconds(200)) { _ in
        } _: { informer, server, log in
            await eventually { server.watchCount >= 1 }
            // The connection stays open, but nothing comes through it any more.
            server.state.withLock { $0.areWatchesSilent = true }
            server.put(.pod, pod("a"))
            await eventually { log.all == ["+a"] }
        }
    }

    @Test func aServerThatIsAwayForAWhileIsNoEnd() async throws {
        let server = try await SmallAPIServer.start()
        server.state.withLock { $0.isHanging = true }
        let client = server.client(requestTimeout: .milliseconds(100))
        let informer = Informer(client, .pod, namespace: "n")
        try await running(informer) {
            await eventually { server.requests.count >= 2 }
            #expect(!informer.store.isSynced)
            server.put(.pod, pod("a"))
            server.state.withLock { $0.isHanging = false }
            try await informer.waitUntilSynced()
            #expect(informer.store.count == 1)
        }
        try await client.shutdown()
        try await server.stop()
    }

    @Test func whatDoesNotMatterIsNeitherKeptNorToldUntilItMatters() async throws {
        let server = try await SmallAPIServer.start()
        for name in ["a", "b", "c"] { server.put(.pod, pod(name)) }
        let client = server.client()
        let mattering = Shared<Set<String>>(["a"])
        let informer = Informer(
            client, .pod, namespace: "n", keeps: { object in mattering.withLock { $0.contains(object.name) } })
        let log = Log()
        informer.onEvent { log.append($0) }
        try await running(informer) {
            try await informer.waitUntilSynced()
            #expect(log.all == ["+a"] && informer.store.count == 1)
            // From now on these two matter: one changes, the other goes.
            mattering.withLock { $0 = ["a", "b", "c"] }
            server.put(.pod, pod("b", "2"))
            server.delete(.pod, "c", namespace: "n")
            await eventually { log.all == ["+a", "+b", "-c"] }
            // What was read otherwise is known without being told.
            server.put(.pod, pod("d"))
            informer.learn(try await client.get(.pod, "d", namespace: "n"))
            #expect(informer.store.get("d", namespace: "n") == nil)
            mattering.withLock { $0 = ["d"] }
            informer.learn(try await client.get(.pod, "d", namespace: "n"))
            #expect(informer.store.get("d", namespace: "n") != nil)
            // And this one does not matter any more.
            server.put(.pod, pod("a", "2"))
            await eventually { log.all == ["+a", "+b", "-c", "-a"] }
        }
        try await client.shutdown()
        try await server.stop()
    }

    @Test func handlersAddedLateSeeWhatIsThere() async throws {
        try await withInformer { server in
            server.put(.pod, pod("a"))
        } _: { informer, server, _ in
            let late = Log()
            informer.onEvent { late.append($0) }
            #expect(late.all == ["+a"])
            server.put(.pod, pod("b"))
            await eventually { late.all == ["+a", "+b"] }
        }
    }
}
