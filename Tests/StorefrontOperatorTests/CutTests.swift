import Contracts
import FaultProxy
import Foundation
import KubernetesClient
import Logging
import StorefrontAPI
import Synchronization
import TestOperator
import TestServers
import Testing

@testable import StorefrontOperator

/// An operator that dies between any two of its calls: another one ends in the same objects.
@Suite("An operator cut off after its n-th write", .serialized)
struct CutTests {
    @Test("is followed by one that ends in the same objects, for every n", arguments: Last.allCases)
    func everyWrite(_ last: Last) async throws {
        try await PlayedCluster.with { played in
            let namespace = try await played.cluster.newNamespace("cut")
            let proxy = try await FaultProxy.start(upstream: Upstream(played.operatorConfiguration))
            var proxied = played.operatorConfiguration
            proxied.server = proxy.url
            proxied.certificateAuthority = nil
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await played.playControllers() }
                defer { group.cancelAll() }
                var expected: [String: JSONValue]?
                var number = 0
                while true {
                    number += 1
                    let scene = try await ShopScene.apply(played.cluster, namespace: namespace)
                    let wasCut = try await Self.cut(proxy, proxied, scene, after: number, last)
                    let secrets = try await Self.secrets(scene)
                    if wasCut {
                        try await Self.withOperator(played.operatorConfiguration, namespace) {
                            try await scene.waitUntilReady()
                            try await Self.waitUntilSettled(scene)
                        }
                    }
                    let objects = try await Self.objects(scene)
                    if let expected {
                        for key in Set(objects.keys).union(expected.keys).sorted() {
                            #expect(objects[key] == expected[key], "\(key) after a cut at write \(number), \(last)")
                        }
                    } else {
                        // The first operator wrote nothing at all: this is what one undisturbed operator makes.
                        expected = objects
                        #expect(objects.count > 60)
                    }
                    // What was once generated may be in use already.
                    let kept = try await Self.secrets(scene)
                    for (name, data) in secrets { #expect(kept[name] == data, "\(name) after write \(number)") }
                    try await Self.clear(scene)
                    if !wasCut { break }
                }
                #expect(number > 60)
            }
            try await proxy.stop()
        }
    }

    /// Runs an operator until its n-th write; `false` when it was done before that.
    private static func cut(
        _ proxy: FaultProxy, _ configuration: ClientConfiguration, _ scene: ShopScene, after number: Int, _ last: Last
    ) async throws -> Bool {
        let isCut = Shared(false)
        proxy.clearRules()
        proxy.clearLog()
        proxy.rule { request in
            if isCut.value { return .resetBeforeSending }
            // The first operator of all is to write nothing, so that the second one's work is undisturbed.
            guard let mutation = request.mutation, mutation >= number else { return nil }
            isCut.change { $0 = true }
            return last == .lands && number > 1 ? .resetAfterUpstreamAnswered : .resetBeforeSending
        }
        try await withOperator(configuration, scene.namespace) {
            try await eventually(within: .seconds(60), "write \(number) or Ready") {
                if isCut.value { return true }
                let storefront = try await scene.cluster.storefront("acme", in: scene.namespace)
                guard try storefront.status()[.ready]?.status == .true else { return false }
                try await waitUntilSettled(scene)
                return true
            }
            guard isCut.value, last == .lands, number > 1 else { return }
            try await eventually(within: .seconds(10), "write \(number) to land") {
                proxy.log.first { $0.mutation == number }?.status != nil
            }
        }
        return isCut.value
    }

    /// Until no version changes any more.
    private static func waitUntilSettled(_ scene: ShopScene) async throws {
        var before: [String: String] = [:]
        try await eventually(within: .seconds(30), "rest") {
            let now = try await scene.cluster.versions(in: scene.namespace)
            defer { before = now }
            if now == before { return true }
            try await Task.sleep(for: .milliseconds(150))
            return false
        }
    }

    private static func withOperator(
        _ configuration: ClientConfiguration, _ namespace: String, _ body: () async throws -> Void
    ) async throws {
        var logger = Logger(label: "operator")
        logger.logLevel = .critical
        let client = KubernetesClient(configuration: configuration, logger: logger)
        var settings = Operator.Configuration()
        settings.namespaces = [namespace]
        let running = Operator(client, settings, logger: logger)
        let task = Task { try? await running.run() }
        let result: Result<Void, any Error>
        do { result = .success(try await body()) } catch { result = .failure(error) }
        task.cancel()
        await task.value
        try await client.shutdown()
        try result.get()
    }

    // MARK: - What there is

    /// All objects, without what differs from one making to the next.
    private static func objects(_ scene: ShopScene) async throws -> [String: JSONValue] {
        var objects: [String: JSONValue] = [:]
        let storefront = try await scene.cluster.storefront("acme", in: scene.namespace).untyped
        for object in try await scene.cluster.children(in: scene.namespace) + [storefront] {
            // Its identity is new each time, and in names of managed fields too.
            let text = object.json.text().replacing(storefront.uid, with: "UID")
            objects["\(object.kind)/\(object.name)"] = comparable(UntypedObject(try JSONValue(parsing: text)))
        }
        return objects
    }

    private static func comparable(_ object: UntypedObject) -> JSONValue {
        var object = object
        for field in ["uid", "resourceVersion", "creationTimestamp", "generation"] {
            object.json[path: ["metadata", field]] = nil
        }
        // Hashes of what is generated.
        object["metadata", "annotations", Annotations.applied] = nil
        object["spec", "template", "metadata", "annotations", Annotations.secrets] = nil
        for field in ["clusterIP", "clusterIPs"] { object["spec", field] = nil }
        if object.kind == "Secret" || object.name.hasSuffix("-jwks") {
            object["data"] = .array((object["data"]?.objectValue?.keys.sorted() ?? []).map { .string($0) })
        }
        if object.kind == "Job" { dropIdentity(of: &object) }
        object.status = nil
        object["metadata", "managedFields"] = .array(
            (object["metadata", "managedFields"]?.arrayValue ?? []).filter { $0["subresource"] == nil }.map {
                var entry = $0
                entry["time"] = nil
                return entry
            }.sorted { $0.text() < $1.text() })
        return object.json
    }

    /// A Job's selector and its pods' labels have its UID.
    private static func dropIdentity(of job: inout UntypedObject) {
        job["spec", "selector"] = nil
        for key in ["controller-uid", "batch.kubernetes.io/controller-uid"] {
            job["spec", "template", "metadata", "labels", key] = nil
            job["metadata", "labels", key] = nil
        }
    }

    private static func secrets(_ scene: ShopScene) async throws -> [String: JSONValue] {
        let options = ListOptions(labelSelector: Labels.selector)
        let secrets = try await scene.client.listAll(.secret, namespace: scene.namespace, options: options).items
        return Dictionary(
            uniqueKeysWithValues: secrets.filter { !$0.name.hasSuffix("-tls") }
                .map { ($0.name, $0["data", "password"] ?? $0["data"] ?? .null) })
    }

    /// Takes everything of the shop away, for the next one.
    private static func clear(_ scene: ShopScene) async throws {
        _ = try await scene.client.patch(
            Storefront.resourceKind, "acme", namespace: scene.namespace, .merge(["metadata": ["finalizers": .null]]))
        try await scene.client.delete(Storefront.resourceKind, "acme", namespace: scene.namespace)
        for object in try await scene.cluster.children(in: scene.namespace) {
            guard let kind = TestCluster.childKinds.first(where: { $0.kind == object.kind }) else { continue }
            if !object.finalizers.isEmpty {
                _ = try await scene.client.patch(
                    kind, object.name, namespace: scene.namespace, .merge(["metadata": ["finalizers": .null]]))
            }
            try await scene.client.delete(
                kind, object.name, namespace: scene.namespace,
                options: DeleteOptions(propagation: .background, gracePeriodSeconds: 0))
        }
        try await eventually(within: .seconds(30), "an empty namespace") {
            try await scene.cluster.children(in: scene.namespace).isEmpty
        }
    }
}
