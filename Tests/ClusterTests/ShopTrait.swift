import FaultProxy
import KubernetesClient
import TestOperator
import TestServers
import Testing

/// A shop that is Ready, with pods on a node, and the operator that looks after it as a process, for all tests of a
/// suite. The operator sees the API server through a proxy.
struct RunningShop: Sendable {
    var scene: ShopScene
    var proxy: FaultProxy
    var process: OperatorProcess

    var cluster: TestCluster { scene.cluster }
    var client: KubernetesClient { scene.client }

    func waitUntilReady() async throws { try await scene.waitUntilReady(within: .seconds(180)) }

    /// Waits until the operator writes nothing any more: no version in its namespace has changed for some seconds.
    func waitUntilQuiet() async throws {
        try await waitUntilReady()
        try await eventually(within: .seconds(90), "quiet") {
            let before = proxy.writes
            try await Task.sleep(for: .seconds(3))
            return proxy.writes == before
        }
    }
}

extension FaultProxy {
    /// Requests of the operator that may change something, its Lease left out.
    var writes: Int { count { $0.isMutating && !$0.path.contains("/leases") } }
}

struct ShopTrait: SuiteTrait, TestScoping {
    @TaskLocal static var current: RunningShop?

    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let cluster = try currentCluster()
        try await cluster.requireNode()
        let namespace = try await cluster.newNamespace("shop")
        let redis = try await ShopServers.redis().url()
        let scene = try await ShopScene.apply(cluster.cluster, namespace: namespace, redis: redis)
        let configuration = try await cluster.newOperator(in: namespace)
        let proxy = try await FaultProxy.start(upstream: Upstream(configuration))
        do {
            var proxied = configuration
            proxied.server = proxy.url
            proxied.certificateAuthority = nil
            try await OperatorProcess.with(proxied, namespaces: [namespace]) { process in
                let shop = RunningShop(scene: scene, proxy: proxy, process: process)
                try await shop.waitUntilReady()
                try await Self.$current.withValue(shop) { try await function() }
            }
        } catch {
            try? await proxy.stop()
            throw error
        }
        try await proxy.stop()
    }
}

extension Trait where Self == ShopTrait {
    static var shop: Self { ShopTrait() }
}

/// The shop of the suite.
func currentShop() throws -> RunningShop { try #require(ShopTrait.current) }
