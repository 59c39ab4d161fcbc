import Foundation
import KubernetesClient
import KubernetesRuntime
import Synchronization
import Testing

/// Client and runtime against the whole API server of the local cluster, over TLS with a client certificate.
@Suite(.timeLimit(.minutes(2))) struct EmbeddedServerTests {
    private let quiet = TestCluster.quiet

    private func withServer(_ body: (KubernetesClient) async throws -> Void) async throws {
        try await TestCluster.with { try await body($0.admin) }
    }

    private func configMap(_ name: String, _ data: [String: String] = [:]) -> UntypedObject {
        var object = UntypedObject(.configMap, name: name, namespace: "default")
        object["data"] = JSONValue(data)
        return object
    }

    @Test func writesConflictsPreconditionsAndPatches() async throws {
        try await withServer { client async throws in
            let made = try await client.create(.configMap, configMap("a", ["x": "1"]))
            let again = await #expect(throws: KubernetesError.self) {
                try await client.create(.configMap, configMap("a"))
            }
            #expect(again?.isAlreadyExists == true && again?.isConflict == false)
            var stale = made
            try await client.patch(.configMap, "a", namespace: "default", .merge(["data": ["y": "2"]]))
            stale["data", "x"] = "9"
            let toWrite = stale
            let conflict = await #expect(throws: KubernetesError.self) { try await client.replace(.configMap, toWrite) }
            #expect(conflict?.isConflict == true)
            let wrong = await #expect(throws: KubernetesError.self) {
                try await client.delete(.configMap, "a", namespace: "default", options: DeleteOptions(uid: "other"))
            }
            #expect(wrong?.isConflict == true)
            let invalid = await #expect(throws: KubernetesError.self) {
                try await client.create(.configMap, configMap("Not_A_Name"))
            }
            #expect(invalid?.isInvalid == true && invalid?.status?.causes.first?.field == "metadata.name")
            #expect(try await client.get(.configMap, "a", namespace: "default")["data"] == ["x": "1", "y": "2"])
            try await client.delete(.configMap, "a", namespace: "default", options: DeleteOptions(uid: made.uid))
            #expect(try await client.find(.configMap, "a", namespace: "default") == nil)
        }
    }

    @Test func serverSideApplyOwnsAndGivesUpFields() async throws {
        try await withServer { client async throws in
            try await client.apply(.configMap, configMap("a", ["x": "1", "y": "1"]), fieldManager: "one")
            let conflict = await #expect(throws: KubernetesError.self) {
                try await client.apply(.configMap, configMap("a", ["x": "2"]), fieldManager: "two", force: false)
            }
            #expect(conflict?.isConflict == true && conflict?.status?.causes.first?.reason == "FieldManagerConflict")
            let dry = try await client.apply(.configMap, configMap("a", ["x": "3"]), fieldManager: "one", dryRun: true)
            #expect(dry["data"] == ["x": "3"])
            let applied = try await client.apply(.configMap, configMap("a", ["x": "2"]), fieldManager: "one")
            #expect(applied["data"] == ["x": "2"])
            let same = try await client.apply(.configMap, configMap("a", ["x": "2"]), fieldManager: "one")
            #expect(same.resourceVersion == applied.resourceVersion)
        }
    }

    @Test func aControllerWithFinalizerKeepsChildrenInStepAndCleansUp() async throws {
        try await withServer { client async throws in
            let parents = Informer(
                client, .configMap, namespace: "default", labelSelector: "role=parent", logger: quiet)
            let children = Informer(client, .secret, namespace: "default", labelSelector: "parent", logger: quiet)
            let log = CleanUps()
            let controller = Controller(
                "children", for: parents, watching: [.owned(children, by: .configMap)], logger: quiet
            ) { key in
                guard let parent = parents.store[key] else { return .done }
                if parent.isBeingDeleted {
                    log.add()
                    try await client.removeFinalizer("test/clean", from: parent, .configMap)
                    return .done
                }
                let owner = try await client.addFinalizer("test/clean", to: parent, .configMap)
                var child = UntypedObject(
                    .secret, name: key.name, namespace: key.namespace, labels: ["parent": key.name])
                child["stringData"] = ["value": parent["data", "value"] ?? ""]
                child.ownerReferences = [OwnerReference(controlledBy: owner)]
                try await client.apply(.secret, child, fieldManager: "test")
                return .done
            }
            func value() async -> String? {
                let secret = try? await client.find(.secret, "p", namespace: "default")
                return secret?["data", "value"]?.stringValue
                    .flatMap { Data(base64Encoded: $0) }.map { String(decoding: $0, as: UTF8.self) }
            }
            try await running(ControllerSet([controller])) {
                var parent = configMap("p", ["value": "one"])
                parent.labels = ["role": "parent"]
                try await client.create(.configMap, parent)
                await eventually { await value() == "one" }
                try await client.patch(.configMap, "p", namespace: "default", .merge(["data": ["value": "two"]]))
                await eventually { await value() == "two" }
                // Somebody deletes the child: it comes back.
                let child = try await client.get(.secret, "p", namespace: "default")
                try await client.delete(.secret, "p", namespace: "default")
                await eventually {
                    let now = try? await client.find(.secret, "p", namespace: "default")
                    return now.map { $0.uid != child.uid } ?? false
                }
                try await client.delete(.configMap, "p", namespace: "default")
                await eventually { (try? await client.find(.configMap, "p", namespace: "default")) == .some(nil) }
                #expect(log.count >= 1)
            }
        }
    }

    private final class CleanUps: Sendable {
        private let value = Mutex(0)
        var count: Int { value.withLock { $0 } }
        func add() { value.withLock { $0 += 1 } }
    }
}
