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

    private func withClient(_ body: (KubernetesClient) async throws -> Void) async throws {
        try await TestCluster.with { try await body($0.admin) }
    }

    private func configMap(_ name: String, labels: [String: String] = [:]) -> UntypedObject {
        UntypedObject(.configMap, name: name, namespace: "default", labels: labels)
    }

    @Test func reconcilesAnObjectThatIsThereChangedAndGone() async throws {
        try await withClient { client in
            try await client.create(.configMap, configMap("a"))
            let calls = Calls()
            let controller = Controller("test", for: Informer(client, .configMap, namespace: "default")) { key in
                _ = calls.add(key)
                return .done
            }
            try await running(ControllerSet([controller])) {
                await eventually { calls.count("a") == 1 }
                try await client.apply(.configMap, configMap("a", labels: ["x": "y"]), fieldManager: "test")
                await eventually { calls.count("a") == 2 }
                try await client.delete(.configMap, "a", namespace: "default")
                await eventually { calls.count("a") == 3 }
                controller.enqueue(ObjectKey(namespace: "default", name: "a"))
                await eventually { calls.count("a") == 4 }
            }
        }
    }

    @Test func aChangeOfAnOwnedOrLabelledObjectReconcilesItsOwner() async throws {
        try await withClient { client in
            let owner = try await client.create(.configMap, configMap("owner"))
            let calls = Calls()
            let controller = Controller(
                "test", for: Informer(client, .configMap, namespace: "default"),
                watching: [
                    .owned(Informer(client, .secret, namespace: "default"), by: .configMap, onlyController: false),
                    .labelled(
                        Informer(client, .serviceAccount, namespace: "default", metadataOnly: true), by: "belongs-to"),
                ]
            ) { key in
                _ = calls.add(key)
                return .done
            }
            try await running(ControllerSet([controller])) {
                await eventually { calls.count("owner") == 1 }
                var secret = UntypedObject(.secret, name: "s", namespace: "default")
                secret.ownerReferences = [
                    OwnerReference(controlledBy: owner),
                    OwnerReference(
                        apiVersion: "apps/v1", kind: "Deployment", name: "other", uid: "2", controller: false),
                ]
                try await client.create(.secret, secret)
                await eventually { calls.count("owner") == 2 }
                var account = UntypedObject(
                    .serviceAccount, name: "a", namespace: "default", labels: ["belongs-to": "owner"])
                try await client.apply(.serviceAccount, account, fieldManager: "test")
                await eventually { calls.count("owner") == 3 }
                // The label goes: its former owner must hear of it.
                account.labels = [:]
                try await client.apply(.serviceAccount, account, fieldManager: "test")
                await eventually { calls.count("owner") == 4 }
                #expect(calls.count("other") == 0)
            }
        }
    }

    @Test func aFailureIsTriedAgainUntilItSucceedsAndARequeueComesInTime() async throws {
        try await withClient { client in
            try await client.create(.configMap, configMap("fails"))
            try await client.create(.configMap, configMap("again"))
            let calls = Calls()
            let controller = Controller(
                "test", for: Informer(client, .configMap, namespace: "default"),
                backoff: Backoff(initial: .milliseconds(10), maximum: .milliseconds(20)), logger: TestCluster.quiet
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
        try await withClient { client in
            try await client.create(.configMap, configMap("a"))
            let calls = Calls()
            let controller = Controller(
                "test", for: Informer(client, .configMap, namespace: "default"), resync: .milliseconds(50)
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
        try await withClient { client in
            try await client.create(.configMap, configMap("a"))
            let calls = Calls()
            let finished = Mutex(false)
            let controller = Controller("test", for: Informer(client, .configMap, namespace: "default")) { key in
                _ = calls.add(key)
                try await Task.sleep(for: .milliseconds(200))
                finished.withLock { $0 = true }
                return .done
            }
            let group = ServiceGroup(services: [ControllerSet([controller])], logger: TestCluster.quiet)
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
        try await withClient { client in
            try await client.create(.configMap, configMap("a"))
            var object = try await client.get(.configMap, "a", namespace: "default")
            object = try await client.addFinalizer("x/y", to: object, .configMap)
            let version = object.resourceVersion
            object = try await client.addFinalizer("x/y", to: object, .configMap)
            #expect(object.finalizers == ["x/y"] && object.resourceVersion == version)
            try await client.removeFinalizer("x/y", from: object, .configMap)
            #expect(try await client.get(.configMap, "a", namespace: "default").finalizers == [])
            try await client.delete(.configMap, "a", namespace: "default")
            try await client.removeFinalizer("x/y", from: object, .configMap)
        }
    }
}
