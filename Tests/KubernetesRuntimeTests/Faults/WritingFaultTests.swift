import FaultProxy
import KubernetesClient
import Synchronization
import Testing

@testable import KubernetesRuntime

extension FaultMatrix {
    /// What befalls writes. Each ends in the one right state, with nothing lost and nothing done twice.
    @Suite struct WritingFaultTests {
        @Test(arguments: [
            Fault.failure(409, reason: "Conflict"), .overloaded(429), .overloaded(503),
            .overloaded(429, retryAfter: "1"), .failure(500, reason: "InternalError"), .resetBeforeSending,
            .resetAfterUpstreamAnswered, .cutBody(afterBytes: 20), .stallBody(afterBytes: 20),
            .delayAnswer(.seconds(1)),
        ])
        func writesThatFailOrSeemTo(fault: Fault) async throws {
            try await TestCluster.with { cluster in
                let proxy = try await cluster.proxy()
                let mirror = Mirror(cluster, proxy, requestTimeout: .milliseconds(600))
                try await mirror.following {
                    try await mirror.run {
                        proxy.rule(fault, times: 12) { $0.isMutating }
                        for name in ["a", "b", "f"] { try await mirror.set(name) }
                        try await mirror.remove("c")
                        await mirror.settle()
                    }
                }
                #expect(proxy.count { $0.isMutating } <= 40, "\(proxy.counts)")
                #expect(proxy.log.count <= 60, "\(proxy.counts)")
            }
        }

        /// What has a name of the server's choosing is made once, or a reconcile finds what it made before.
        @Test(arguments: [Fault.resetAfterUpstreamAnswered, .resetBeforeSending, .stall])
        func aCreateThatMayHaveTakenEffectIsNotSentAgainBlindly(fault: Fault) async throws {
            try await TestCluster.with { cluster in
                let proxy = try await cluster.proxy()
                let client = cluster.client(proxy, requestTimeout: .milliseconds(500))
                proxy.rule(fault, times: 1) { $0.method == "POST" }
                var object = UntypedObject(.configMap, name: "", namespace: "default", labels: ["made": "once"])
                object.generateName = "made-"
                object["metadata", "name"] = nil
                let toMake = object
                let informer = Informer(client, .configMap, namespace: "default", labelSelector: "made=once")
                let controller = Controller("once", for: informer, backoff: Mirror.backoff, logger: TestCluster.quiet) {
                    _ in
                    // The cache may not know yet what was made: ask.
                    let made = try await client.listAll(
                        .configMap, namespace: "default", options: ListOptions(labelSelector: "made=once"))
                    if made.items.isEmpty { try await client.create(.configMap, toMake) }
                    return .done
                }
                try await running(ControllerSet([controller])) {
                    try await informer.waitUntilSynced()
                    await eventually {
                        controller.enqueue(ObjectKey(namespace: "default", name: "any"))
                        return informer.store.count == 1
                    }
                }
                let made = try await cluster.admin.listAll(
                    .configMap, namespace: "default", options: ListOptions(labelSelector: "made=once"))
                #expect(made.items.count == 1)
            }
        }

        @Test func aStormOfConflictsIsNotAnsweredWithAStorm() async throws {
            try await TestCluster.with { cluster in
                let proxy = try await cluster.proxy()
                let mirror = Mirror(cluster, proxy)
                try await mirror.run {
                    await mirror.settle()
                    let before = proxy.count { $0.isMutating }
                    let isOver = Mutex(false)
                    proxy.rule { request in
                        request.isMutating && !isOver.withLock { $0 } ? .failure(409, reason: "Conflict") : nil
                    }
                    try await mirror.set("a")
                    let begin = ContinuousClock.now
                    await eventually { .now - begin > .seconds(3) }
                    // 20 ms, doubling up to 400: at most so many in three seconds.
                    #expect((2...25).contains(proxy.count { $0.isMutating } - before))
                    isOver.withLock { $0 = true }
                }
            }
        }
    }
}
