import FaultProxy
import Foundation
import KubernetesClient
import KubernetesRuntime
import Testing

@testable import ConfigCopier

/// The example does what its README says.
@Suite(.timeLimit(.minutes(2))) struct ConfigCopierTests {
    /// The files beside the example.
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Examples/ConfigCopier")

    /// A cluster that knows ConfigCopies, with the namespaces a and b.
    private func withCluster(_ body: (TestCluster, KubernetesClient) async throws -> Void) async throws {
        try await TestCluster.with { cluster in
            let client = cluster.admin
            let definition = try String(contentsOf: Self.folder.appendingPathComponent("crd.yaml"), encoding: .utf8)
            try await client.create(.customResourceDefinition, UntypedObject(try JSONValue(yaml: definition)))
            for name in ["a", "b"] { try await client.create(.namespace, UntypedObject(.namespace, name: name)) }
            await eventually {
                (try? await client.list(ConfigCopy.resourceKind, namespace: "default")) != nil
            }
            try await body(cluster, client)
        }
    }

    private func process(_ configuration: ClientConfiguration) -> OperatorProcess {
        OperatorProcess("config-copier", configuration: configuration, logger: TestCluster.quiet) { client, _ in
            ConfigCopier.controllers(client)
        }
    }

    /// The operator as `rbac.yaml` lets it be, and no more.
    private func account(_ client: KubernetesClient) async throws -> ClientConfiguration {
        let name = "config-copier"
        try await client.create(.namespace, UntypedObject(.namespace, name: name))
        try await client.create(.serviceAccount, UntypedObject(.serviceAccount, name: name, namespace: name))
        let rules = try String(contentsOf: Self.folder.appendingPathComponent("rbac.yaml"), encoding: .utf8)
        for document in rules.components(separatedBy: "\n---\n") {
            let object = UntypedObject(try JSONValue(yaml: document))
            let kind = try await client.resourceKind(apiVersion: object.apiVersion, kind: object.kind)
            try await client.create(try #require(kind), object)
        }
        var configuration = client.configuration
        configuration.clientCertificate = nil
        configuration.clientKey = nil
        configuration.token = .text(try await client.serviceAccountToken(name, namespace: name).token)
        configuration.namespace = name
        return configuration
    }

    private func configMap(_ name: String, _ namespace: String, _ data: [String: String]) -> UntypedObject {
        var object = UntypedObject(.configMap, name: name, namespace: namespace)
        object["data"] = JSONValue(data)
        return object
    }

    private func configCopy(_ source: String, _ namespaces: [String]) -> UntypedObject {
        var object = UntypedObject(ConfigCopy.resourceKind, name: "copy", namespace: "default")
        object.spec = ["configMap": .string(source), "namespaces": JSONValue(namespaces)]
        return object
    }

    @Test func copiesFollowTheirSourceAndGoWithTheConfigCopy() async throws {
        try await withCluster { cluster, client in
            func data(_ namespace: String) async -> JSONValue? {
                (try? await client.find(.configMap, "source", namespace: namespace))?["data"]
            }
            func ready() async -> String? {
                let object = try? await client.get(ConfigCopy.resourceKind, "copy", namespace: "default")
                let condition = object?["status", "conditions"]?[0]
                return condition?["status"]?.stringValue
            }
            try await running(process(try await account(client))) {
                try await client.create(.configMap, configMap("source", "default", ["x": "1"]))
                try await client.create(ConfigCopy.resourceKind, configCopy("source", ["a", "b", "c"]))
                await eventually { await data("a") == ["x": "1"] }
                await eventually { await data("b") == ["x": "1"] }
                // c is not there, and the status says so.
                await eventually { await ready() == "False" }
                try await client.patch(
                    ConfigCopy.resourceKind, "copy", namespace: "default", .merge(["spec": ["namespaces": ["a", "b"]]]))
                await eventually { await ready() == "True" }
                let copy = ConfigCopy(
                    untyped: try await client.get(ConfigCopy.resourceKind, "copy", namespace: "default"))
                #expect(try copy.status().copies == 2)
                #expect(try copy.status().conditions?.first?.observedGeneration == copy.generation)
                #expect(copy.untyped["status", "conditions"]?[0]?["lastTransitionTime"] != nil)

                try await client.patch(.configMap, "source", namespace: "default", .merge(["data": ["x": "2"]]))
                await eventually { await data("a") == ["x": "2"] }
                // What somebody does to a copy is put right.
                try await client.patch(.configMap, "source", namespace: "a", .merge(["data": ["x": "9"]]))
                try await client.delete(.configMap, "source", namespace: "b")
                await eventually { await data("a") == ["x": "2"] }
                await eventually { await data("b") == ["x": "2"] }

                try await client.delete(ConfigCopy.resourceKind, "copy", namespace: "default")
                await eventually {
                    (try? await client.find(ConfigCopy.resourceKind, "copy", namespace: "default")) == .some(nil)
                }
                for copied in ["a", "b"] { #expect(await data(copied) == nil) }
                #expect(await data("default") == ["x": "2"])
            }
            let lease = try await client.get(.lease, "config-copier", namespace: "config-copier")
            #expect(lease["spec", "holderIdentity"] == "")
        }
    }

    @Test func somebodyElsesConfigMapIsLeftAlone() async throws {
        try await withCluster { cluster, client in
            try await client.create(.configMap, configMap("source", "default", ["x": "1"]))
            let foreign = try await client.create(.configMap, configMap("source", "a", ["y": "2"]))
            try await client.create(ConfigCopy.resourceKind, configCopy("source", ["a"]))
            try await running(process(client.configuration)) {
                await eventually {
                    let object = try? await client.get(ConfigCopy.resourceKind, "copy", namespace: "default")
                    return object?["status", "copies"] == 0
                }
                try await client.delete(ConfigCopy.resourceKind, "copy", namespace: "default")
                await eventually {
                    (try? await client.find(ConfigCopy.resourceKind, "copy", namespace: "default")) == .some(nil)
                }
            }
            let after = try await client.get(.configMap, "source", namespace: "a")
            #expect(after.resourceVersion == foreign.resourceVersion)
        }
    }

    @Test func atRestItWritesNothingButItsLease() async throws {
        try await withCluster { cluster, client in
            let proxy = try await cluster.proxy()
            try await client.create(.configMap, configMap("source", "default", ["x": "1"]))
            try await client.create(ConfigCopy.resourceKind, configCopy("source", ["a", "b"]))
            try await running(process(ClientConfiguration(server: proxy.url))) {
                await eventually {
                    let object = try? await client.get(ConfigCopy.resourceKind, "copy", namespace: "default")
                    return object?["status", "copies"] == 2
                }
                func writes() -> Int { proxy.count { $0.isMutating && !$0.path.contains("/leases") } }
                func renewals() -> Int { proxy.count { $0.method == "PUT" && $0.path.contains("/leases") } }
                // Its own writes cause a few more passes; then, from one renewal to the next but one, there is nothing.
                await eventually {
                    let (written, renewed) = (writes(), renewals())
                    await eventually { renewals() > renewed + 1 }
                    return writes() == written
                }
                #expect(writes() < 20)
            }
        }
    }

    /// The program itself, as a process: it is found by KUBECONFIG, and SIGTERM ends it in order.
    @Test func theProgramRunsAndEndsOnSIGTERM() async throws {
        try await withCluster { cluster, client in
            try await client.create(.configMap, configMap("source", "default", ["x": "1"]))
            try await client.create(ConfigCopy.resourceKind, configCopy("source", ["a"]))
            let program = Process()
            let environment = ProcessInfo.processInfo.environment
            let built = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            let folder = environment["STOREFRONT_BIN"].map { URL(fileURLWithPath: $0) } ?? built
            program.executableURL = folder.appendingPathComponent("config-copier")
            program.environment = ["KUBECONFIG": try cluster.kubeconfig(), "PATH": environment["PATH"] ?? ""]
            program.standardError = FileHandle.nullDevice
            try program.run()
            defer { if program.isRunning { program.terminate() } }
            await eventually { (try? await client.find(.configMap, "source", namespace: "a")) ?? nil != nil }
            program.terminate()
            await eventually { !program.isRunning }
            #expect(program.terminationStatus == 0)
            let lease = try await client.get(.lease, "config-copier", namespace: "default")
            #expect(lease["spec", "holderIdentity"] == "" && lease["spec", "leaseTransitions"] == 0)
        }
    }
}
