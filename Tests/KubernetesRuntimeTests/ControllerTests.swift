import KubernetesClient
import Logging
import ServiceLifecycle
import Synchronization
import Testing

@testable import KubernetesRuntime

@Suite(.timeLimit(.minutes(1))) struct ControllerTests {
    private struct Broken: Error {}

    private final class Calls: Sendable {
        private let calls = Mutex<[String: Int]>([:])
        func add(_ key: ObjectKey) -> Int {
            calls.withLock { calls in
                calls[key.name, default: 0] += 1
                return calls[key.name, default: 0]
            }
        }
        func count(_ name: String) -> Int { calls.withLock { $0[name] ?? 0 } }
    }

    private func withServer(_ body: (SmallAPIServer, KubernetesClient) async throws -> Void) async throws {
        let server = try await SmallAPIServer.start()
        let client = server.client()
        try await body(server, client)
        try await client.shutdown()
        try await server.stop()
    }

    @Test func reconcilesAnObjectThatIsThereChangedAndGone() async throws {
        try await withServer { server, client in
            server.put(.configMap, UntypedObject(.configMap, name: "a", namespace: "n"))
            let calls = Calls()
            let controller = Controller("test", for: Informer(client, .configMap, namespace: "n")) { key in
                _ = calls.add(key)
                return .done
            }
            try await running(ControllerSet([controller])) {
                await eventually { calls.count("a") == 1 }
                server.put(.configMap, UntypedObject(.configMap, name: "a", namespace: "n", labels: ["x": "y"]))
                await eventually { calls.count("a") == 2 }
                server.delete(.configMap, "a", namespace: "n")
                await eventually { calls.count("a") == 3 }
                controller.enqueue(ObjectKey(namespace: "n", name: "a"))
                await eventually { calls.count("a") == 4 }
            }
        }
    }

    @Test func aChangeOfAnOwnedOrLabelledObjectReconcilesItsOwner() async throws {
        try await withServer { server, client in
            let owner = UntypedObject(.configMap, name: "owner", namespace: "n")
            server.put(.configMap, owner)
            let calls = Calls()
            let controller = Controller(
                "test", for: Informer(client, .configMap, namespace: "n"),
                watching: [
                    .owned(Informer(client, .pod, namespace: "n"), by: .configMap),
                    .labelled(Informer(client, .secret, namespace: "n", metadataOnly: true), by: "belongs-to"),
                ]
            ) { key in
                _ = calls.add(key)
                return .done
            }
            try await running(ControllerSet([controller])) {
                await eventually { calls.count("owner") == 1 }
                var pod = UntypedObject(.pod, name: "p", namespace: "n")
                pod.ownerReferences = [
                    OwnerReference(apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: "1"),
                    OwnerReference(apiVersion: "apps/v1", kind: "Deployment", name: "other", uid: "2"),
                ]
                server.put(.pod, pod)
                await eventually { calls.count("owner") == 2 }
                server.put(.secret, UntypedObject(.secret, name: "s", namespace: "n", labels: ["belongs-to": "owner"]))
                await eventually { calls.count("owner") == 3 }
                // The label goes: its former owner must hear of it.
                server.put(.secret, UntypedObject(.secret, name: "s", namespace: "n"))
                await eventually { calls.count("owner") == 4 }
                #expect(calls.count("other") == 0)
            }
        }
    }

    @Test func aFailureIsTriedAgainUntilItSucceedsAndARequeueComesInTime() async throws {
        try await withServer { server, client in
            server.put(.configMap, UntypedObject(.configMap, name: "fails", namespace: "n"))
            server.put(.configMap, UntypedObject(.configMap, name: "again", namespace: "n"))
            let calls = Calls()
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let controller = Controller(
                "test", for: Informer(client, .configMap, namespace: "n"),
                backoff: Backoff(initial: .milliseconds(10), maximum: .milliseconds(20)), logger: logger
            ) { key in
                let call = calls.add(key)
                if key.name == "fails", call < 4 { throw Broken() }
                return key.name == "again" && call < 3 ? .requeue(after: .milliseconds(30)) : .done
            }
            try await running(ControllerSet([controller])) {
                await eventually { calls.count("fails") == 4 && calls.count("again") == 3 }
            }
            #expect(calls.count("fails") == 4 && calls.count("again") == 3)
        }
    }

    @Test func resyncReconcilesWhatNobodyTellsOf() async throws {
        try await withServer { server, client in
            server.put(.configMap, UntypedObject(.configMap, name: "a", namespace: "n"))
            let calls = Calls()
            let controller = Controller(
                "test", for: Informer(client, .configMap, namespace: "n"), resync: .milliseconds(50)
            ) { key in
                _ = calls.add(key)
                return .done
            }
            try await running(ControllerSet([controller])) { await eventually { calls.count("a") >= 3 } }
        }
    }

    @Test func changesOfStatusAloneCanBeIgnored() {
        func object(_ generation: Int, _ status: String) -> UntypedObject {
            UntypedObject([
                "metadata": ["name": "a", "generation": JSONValue(generation)], "status": ["phase": .string(status)],
            ])
        }
        #expect(!EventFilter.ignoringStatus(.updated(old: object(1, "x"), new: object(1, "y"))))
        #expect(EventFilter.ignoringStatus(.updated(old: object(1, "x"), new: object(2, "x"))))
        #expect(
            EventFilter.ignoringStatus(.added(object(1, "x"))) && EventFilter.ignoringStatus(.deleted(object(1, "x"))))
    }

    @Test func gracefulShutdownFinishesTheReconcileInProgress() async throws {
        try await withServer { server, client in
            server.put(.configMap, UntypedObject(.configMap, name: "a", namespace: "n"))
            let calls = Calls()
            let finished = Mutex(false)
            let controller = Controller("test", for: Informer(client, .configMap, namespace: "n")) { key in
                _ = calls.add(key)
                try await Task.sleep(for: .milliseconds(200))
                finished.withLock { $0 = true }
                return .done
            }
            var logger = Logger(label: "test")
            logger.logLevel = .critical
            let group = ServiceGroup(services: [ControllerSet([controller])], logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                await eventually { calls.count("a") == 1 }
                await group.triggerGracefulShutdown()
                try await tasks.waitForAll()
            }
            #expect(finished.withLock { $0 })
        }
    }

    @Test func finalizersAreAddedOnceAndRemovedAlsoWhenTheObjectIsGone() async throws {
        try await withServer { server, client in
            server.put(.configMap, UntypedObject(.configMap, name: "a", namespace: "n"))
            var object = try await client.get(.configMap, "a", namespace: "n")
            object = try await client.addFinalizer("x/y", to: object, .configMap)
            let version = object.resourceVersion
            object = try await client.addFinalizer("x/y", to: object, .configMap)
            #expect(object.finalizers == ["x/y"] && object.resourceVersion == version)
            try await client.removeFinalizer("x/y", from: object, .configMap)
            #expect(server.object(.configMap, "a", namespace: "n")?.finalizers == [])
            server.delete(.configMap, "a", namespace: "n")
            try await client.removeFinalizer("x/y", from: object, .configMap)
        }
    }
}
