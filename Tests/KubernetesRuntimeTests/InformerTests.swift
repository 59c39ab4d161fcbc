import FaultProxy
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

    /// A cluster of a test's own, with ConfigMaps in it and a client that speaks through a proxy.
    private struct Scene {
        let cluster: TestCluster
        let proxy: FaultProxy
        let client: KubernetesClient

        func set(_ name: String, _ value: String = "1") async throws {
            var object = UntypedObject(.configMap, name: name, namespace: "default", labels: ["test": "informer"])
            object["data"] = ["value": .string(value)]
            try await cluster.admin.apply(.configMap, object, fieldManager: "test")
        }

        func delete(_ name: String) async throws {
            try await cluster.admin.delete(.configMap, name, namespace: "default")
        }

        func informer(
            metadataOnly: Bool = false, pageSize: Int = 500, keeps: (@Sendable (UntypedObject) -> Bool)? = nil
        ) -> Informer {
            Informer(
                client, .configMap, namespace: "default", labelSelector: "test=informer", metadataOnly: metadataOnly,
                pageSize: pageSize, backoff: Mirror.backoff, keeps: keeps, logger: TestCluster.quiet)
        }
    }

    private func withScene(
        _ names: [String], requestTimeout: Duration = .seconds(30), _ body: (Scene) async throws -> Void
    ) async throws {
        try await TestCluster.with { cluster in
            let proxy = try await cluster.proxy()
            let client = cluster.client(proxy, requestTimeout: requestTimeout)
            let scene = Scene(cluster: cluster, proxy: proxy, client: client)
            for name in names { try await scene.set(name) }
            try await body(scene)
        }
    }

    /// Runs a test beside an informer that is synced.
    private func withInformer(
        _ names: [String], _ body: (Scene, Informer, Log) async throws -> Void
    ) async throws {
        try await withScene(names) { scene in
            let informer = scene.informer()
            let log = Log()
            informer.onEvent { log.append($0) }
            try await running(informer) {
                try await informer.waitUntilSynced()
                try await body(scene, informer, log)
            }
        }
    }

    @Test(arguments: [false, true]) func followsEveryChangeOfACollectionStreamedOrReadInPages(streams: Bool)
        async throws
    {
        try await withScene(["a", "b", "c", "d", "e"]) { scene in
            if !streams {
                scene.proxy.rule { request in
                    request.parameter("sendInitialEvents").map { _ in
                        .failure(422, reason: "Invalid", message: "sendInitialEvents is forbidden for watch")
                    }
                }
            }
            let informer = scene.informer(pageSize: 2)
            let metadata = scene.informer(metadataOnly: true, pageSize: 2)
            let log = Log()
            informer.onEvent { log.append($0) }
            try await running(ControllerSet([], informers: [informer, metadata])) {
                for informer in [informer, metadata] {
                    try await informer.waitUntilSynced()
                    #expect(informer.store.isSynced && informer.store.count == 5)
                }
                #expect(log.all.sorted() == ["+a", "+b", "+c", "+d", "+e"])
                #expect(scene.proxy.count { $0.parameter("continue") != nil } == (streams ? 0 : 4))
                try await scene.set("a", "2")
                try await scene.delete("b")
                try await scene.set("f")
                await eventually { log.all.suffix(3) == ["~a", "-b", "+f"] }
                await eventually { Set(metadata.store.keys) == Set(informer.store.keys) }
                let changed = try #require(informer.store.get("a", namespace: "default"))
                #expect(changed["data"] == ["value": "2"] && changed["metadata", "managedFields"] == nil)
                let bare = try #require(metadata.store.get("f", namespace: "default"))
                #expect(bare["data"] == nil && bare.labels == ["test": "informer"])
            }
        }
    }

    @Test func goesOnAfterACutConnectionWithoutListingAgain() async throws {
        try await withInformer(["a"]) { scene, informer, log in
            await scene.proxy.cutAll()
            try await scene.set("b")
            await eventually { log.all == ["+a", "+b"] }
            #expect(scene.proxy.count { $0.isRead || $0.parameter("sendInitialEvents") != nil } == 1)
        }
    }

    @Test func listsAgainWhenTheVersionIsForgottenAndTellsWhatIsGone() async throws {
        try await withInformer(["a", "b"]) { scene, informer, log in
            try await scene.proxy.refuse(true)
            try await scene.delete("a")
            try await scene.set("c")
            scene.proxy.rule(.failure(410, reason: "Expired")) { $0.isWatch && $0.parameter("resourceVersion") != nil }
            try await scene.proxy.refuse(false)
            await eventually { log.all.contains("-a") && log.all.contains("+c") }
            #expect(Set(informer.store.keys.map(\.name)) == ["b", "c"])
            #expect(log.all.filter { $0.hasSuffix("b") } == ["+b"])
        }
    }

    @Test func aServerThatDoesNotAnswerAtFirstIsNoEnd() async throws {
        try await withScene(["a"], requestTimeout: .milliseconds(700)) { scene in
            let isAway = Shared(true)
            scene.proxy.rule { _ in isAway.withLock { $0 } ? .stall : nil }
            let informer = scene.informer()
            try await running(informer) {
                await eventually { scene.proxy.log.count >= 2 }
                #expect(!informer.store.isSynced)
                isAway.withLock { $0 = false }
                try await informer.waitUntilSynced()
                #expect(informer.store.count == 1)
            }
        }
    }

    @Test func whatDoesNotMatterIsNeitherKeptNorToldUntilItMatters() async throws {
        try await withScene(["a", "b", "c"]) { scene in
            let mattering = Shared<Set<String>>(["a"])
            let informer = scene.informer { object in mattering.withLock { $0.contains(object.name) } }
            let log = Log()
            informer.onEvent { log.append($0) }
            try await running(informer) {
                try await informer.waitUntilSynced()
                #expect(log.all == ["+a"] && informer.store.count == 1)
                // From now on these two matter: one changes, the other goes.
                mattering.withLock { $0 = ["a", "b", "c"] }
                try await scene.set("b", "2")
                try await scene.delete("c")
                await eventually { log.all == ["+a", "+b", "-c"] }
                // What was read otherwise is known without being told.
                try await scene.set("d")
                let read = try await scene.client.get(.configMap, "d", namespace: "default")
                mattering.withLock { $0 = [] }
                informer.learn(read)
                #expect(informer.store.get("d", namespace: "default") == nil)
                mattering.withLock { $0 = ["d"] }
                informer.learn(read)
                #expect(informer.store.get("d", namespace: "default") != nil)
                // And this one does not matter any more.
                try await scene.set("a", "2")
                await eventually { log.all == ["+a", "+b", "-c", "-a"] }
            }
        }
    }

    @Test func handlersAddedLateSeeWhatIsThere() async throws {
        try await withInformer(["a"]) { scene, informer, _ in
            let late = Log()
            informer.onEvent { late.append($0) }
            #expect(late.all == ["+a"])
            try await scene.set("b")
            await eventually { late.all == ["+a", "+b"] }
        }
    }
}
