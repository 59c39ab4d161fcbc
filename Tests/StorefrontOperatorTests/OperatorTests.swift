import AsyncHTTPClient
import Contracts
import Foundation
import KubernetesClient
import KubernetesRuntime
import Logging
import PostgreSQL
import StorefrontAPI
import TestOperator
import TestServers
import Testing

@testable import StorefrontOperator

/// The operator against an API server, PostgreSQL and RabbitMQ.
@Suite("The operator", .serialized)
struct OperatorTests {
    static var logger: Logger {
        var logger = Logger(label: "operator")
        logger.logLevel = .error
        return logger
    }

    /// The sample in a namespace of its own.
    static func apply(
        _ played: PlayedCluster, _ name: String, secrets: Bool = true, _ change: (inout JSONValue) -> Void = { _ in }
    ) async throws -> ShopScene {
        let namespace = try await played.cluster.newNamespace(name)
        return try await ShopScene.apply(played.cluster, namespace: namespace, secrets: secrets, change)
    }

    /// Runs the operator, and what plays the rest of the cluster, while the body does.
    static func withOperator(_ played: PlayedCluster, _ body: () async throws -> Void) async throws {
        let client = KubernetesClient(configuration: played.operatorConfiguration, logger: logger)
        var configuration = Operator.Configuration()
        configuration.lease = ObjectKey(namespace: played.identity.namespace, name: "storefront-operator")
        configuration.identity = UUID().uuidString
        let running = Operator(client, configuration, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await running.run() }
            group.addTask { try? await played.playControllers() }
            do { try await body() } catch {
                group.cancelAll()
                try? await group.waitForAll()
                try? await client.shutdown()
                throw error
            }
            group.cancelAll()
            try await group.waitForAll()
        }
        // The Lease would hold up the next operator until it has expired.
        _ = try await played.administrator.delete(.lease, "storefront-operator", namespace: played.identity.namespace)
        try await client.shutdown()
    }

    struct Pass {
        var writes: Int
        var result: ReconcileResult
    }

    /// Runs single passes of a reconciler whose caches are filled; tells how many writes each makes, and when it wants
    /// the next.
    static func withReconciler(
        _ played: PlayedCluster, _ body: (_ pass: (ObjectKey) async throws -> Pass) async throws -> Void
    ) async throws {
        let client = KubernetesClient(configuration: played.operatorConfiguration, logger: logger)
        let scope = OperatorScope(
            client: client, namespace: nil, recorder: EventRecorder(client: client, component: "tests"),
            http: ShopServers.http, operatorVersion: productVersion, workers: 1, logger: logger)
        let reconciler = StorefrontReconciler(
            context: OperatorContext(
                view: scope.view, recorder: EventRecorder(client: client, component: "tests"),
                schedules: CheckSchedules(), http: ShopServers.http, operatorVersion: productVersion, logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for informer in scope.controller.informers { group.addTask { try await informer.run() } }
            for informer in scope.controller.informers { try await informer.waitUntilSynced() }
            try await body { key in
                let before = scope.view.writes
                let result = try await reconciler.reconcile(key)
                return Pass(writes: scope.view.writes - before, result: result)
            }
            group.cancelAll()
        }
        try await client.shutdown()
    }

    @Test("makes of the sample a shop that is Ready, with least permissions, and then writes nothing more")
    func sample() async throws {
        try await PlayedCluster.with { played in
            let cluster = played.cluster
            let scene = try await Self.apply(played, "first")
            try await Self.withOperator(played) {
                try await scene.waitUntilReady()
                try await eventually(within: .seconds(30), "the URL") {
                    try await cluster.storefront("acme", in: scene.namespace).status().url == "http://127.0.0.1:8080"
                }
                let storefront = try await cluster.storefront("acme", in: scene.namespace)
                let status = try storefront.status()
                #expect(status.version == productVersion)
                #expect(status.services.count == 5)
                #expect(
                    try await cluster.administrator.listAll(.deployment, namespace: scene.namespace).items.count == 5)
                #expect(try await cluster.administrator.listAll(.job, namespace: scene.namespace).items.count == 5)
                let admin = try await scene.object(.secret, "acme-admin")
                #expect(Set(admin?["data"]?.objectValue.map { $0.keys } ?? [:].keys) == ["email", "password"])
            }
            // Another operator with empty memory, as after a crash or an upgrade that changes nothing.
            let before = try await cluster.versions(in: scene.namespace)
            try await Self.withReconciler(played) { pass in
                let key = ObjectKey(namespace: scene.namespace, name: "acme")
                let first = try await pass(key)
                let second = try await pass(key)
                #expect(first.writes == 0)
                #expect(second.writes == 0)
            }
            #expect(try await cluster.versions(in: scene.namespace) == before)
        }
    }

    @Test("names what is missing or refuses it, and goes on by itself when that is put right")
    func troubles() async throws {
        try await PlayedCluster.with { played in
            let cluster = played.cluster
            let scene = try await Self.apply(played, "trouble", secrets: false)
            let rabbitMQ = try await ShopServers.rabbitMQ()
            try await Self.withOperator(played) {
                try await eventually(within: .seconds(30), "conditions") {
                    try await scene.condition(.ready)?.status == .false
                }
                let databases = try await scene.condition(.databasesReady)
                #expect(databases?.status == .false)
                #expect(databases?.message.contains("Secret \(scene.namespace)/postgres-admin is not there") == true)
                let messaging = try await scene.condition(.messagingReady)
                #expect(messaging?.message.contains("Secret \(scene.namespace)/rabbitmq-admin is not there") == true)
                let secrets = try await scene.condition(.secretsReady)
                #expect(secrets?.message.contains("Secret \(scene.namespace)/redis is not there") == true)

                try await cluster.secret(
                    "postgres-admin", in: scene.namespace, ["username": "keeper", "password": "wrong"])
                try await cluster.secret(
                    "rabbitmq-admin", in: scene.namespace, ["username": rabbitMQ.username, "password": "wrong"])
                try await eventually(within: .seconds(30), "being refused") {
                    let databases = try await scene.condition(.databasesReady)?.reason
                    let messaging = try await scene.condition(.messagingReady)?.reason
                    return databases == "PostgresUnauthorized" && messaging == "RabbitMQUnauthorized"
                }
                try await cluster.secret(
                    "postgres-admin", in: scene.namespace, ["username": "keeper", "password": "keeper-secret"])
                try await cluster.secret(
                    "rabbitmq-admin", in: scene.namespace,
                    ["username": rabbitMQ.username, "password": rabbitMQ.password])
                try await cluster.secret("redis", in: scene.namespace, ["url": "redis://127.0.0.1:6379/0"])
                try await scene.waitUntilReady()

                try await scene.patch([
                    "postgres": ["server": ["port": 1]], "rabbitmq": ["server": ["managementPort": 1]],
                ])
                try await eventually(within: .seconds(30), "being unreachable") {
                    let databases = try await scene.condition(.databasesReady)
                    let messaging = try await scene.condition(.messagingReady)
                    return databases?.reason == "PostgresUnreachable" && messaging?.reason == "RabbitMQUnreachable"
                        && databases?.message.contains("127.0.0.1:1") == true
                }
            }
        }
    }

    @Test("puts back what is deleted or changed, and takes away what the plan no longer has")
    func drift() async throws {
        try await PlayedCluster.with { played in
            let cluster = played.cluster
            let scene = try await Self.apply(played, "drift")
            try await Self.withOperator(played) {
                try await scene.waitUntilReady()
                let admin = cluster.administrator
                let password = try await scene.object(.secret, "acme-order-database")?["data", "password"]
                _ = try await admin.delete(.service, "acme-user", namespace: scene.namespace)
                _ = try await admin.patch(
                    .deployment, "acme-order", namespace: scene.namespace,
                    .json([
                        [
                            "op": "replace", "path": "/spec/template/spec/containers/0/image",
                            "value": "example.com/evil",
                        ]
                    ]))
                _ = try await admin.patch(
                    .configMap, "acme-order", namespace: scene.namespace, .merge(["data": ["config.json": "{}"]]))
                _ = try await admin.patch(
                    .secret, "acme-order-database", namespace: scene.namespace, .merge(["data": ["host": "ZXZpbA=="]]))
                try await eventually(within: .seconds(30), "repair") {
                    let image = try await scene.object(.deployment, "acme-order")?[
                        "spec", "template", "spec", "containers"]?[0]?["image"]
                    let configuration = try await scene.object(.configMap, "acme-order")?["data", "config.json"]
                    let host = try await scene.object(.secret, "acme-order-database")?["data", "host"]
                    return try await scene.object(.service, "acme-user") != nil && image != "example.com/evil"
                        && configuration != "{}" && host != "ZXZpbA=="
                }
                #expect(try await scene.object(.secret, "acme-order-database")?["data", "password"] == password)

                try await scene.patch(["services": ["user": ["autoscaling": ["minReplicas": 2, "maxReplicas": 2]]]])
                try await eventually(within: .seconds(30), "a fixed number of replicas") {
                    let replicas = try await scene.object(.deployment, "acme-user")?["spec", "replicas"]
                    return try await scene.object(.horizontalPodAutoscaler, "acme-user") == nil && replicas == 2
                }
                try await scene.patch(["services": ["user": ["autoscaling": ["minReplicas": 1, "maxReplicas": 4]]]])
                try await eventually(within: .seconds(30), "an autoscaler") {
                    let manager = try await scene.object(.deployment, "acme-user")?["metadata", "managedFields"]?
                        .arrayValue?.first { $0["manager"]?.stringValue == ObjectApplier.fieldManager }
                    return try await scene.object(.horizontalPodAutoscaler, "acme-user") != nil
                        && manager?[path: ["fieldsV1", "f:spec", "f:replicas"]] == nil
                }
                // Nobody but an autoscaler takes pods away.
                #expect(try await scene.object(.deployment, "acme-user")?["spec", "replicas"] == 2)
                try await scene.patch(["ingress": ["enabled": false]])
                try await eventually(within: .seconds(30), "no Ingress") {
                    try await scene.object(.ingress, "acme") == nil
                }
            }
        }
    }

    @Test("closes a shop when suspended and opens it again")
    func suspend() async throws {
        try await PlayedCluster.with { played in
            let cluster = played.cluster
            let scene = try await Self.apply(played, "closed")
            try await Self.withOperator(played) {
                try await scene.waitUntilReady()
                try await scene.patch(["suspend": true])
                try await eventually(within: .seconds(30), "zero replicas") {
                    let deployments = try await cluster.administrator.listAll(.deployment, namespace: scene.namespace)
                        .items
                    let condition = try await scene.condition(.suspended)
                    return deployments.allSatisfy { $0["spec", "replicas"] == 0 } && condition?.status == .true
                }
            }
            try await Self.withReconciler(played) { pass in
                // Nothing of a closed shop is outside of the cluster, whose changes are told.
                let last = try await pass(ObjectKey(namespace: scene.namespace, name: "acme"))
                let pause = if case .requeue(let pause) = last.result { pause } else { Duration.zero }
                #expect(pause > .seconds(600))
            }
            try await Self.withOperator(played) {
                try await scene.patch(["suspend": false])
                try await scene.waitUntilReady()
                let user = try await scene.object(.deployment, "acme-user")
                #expect(user?["spec", "replicas"] == 1)
            }
        }
    }

    @Test("leaves data in place by default, and takes it away when told to")
    func deletion() async throws {
        try await PlayedCluster.with { played in
            let kept = try await Self.apply(played, "kept")
            let gone = try await Self.apply(played, "gone") {
                $0[path: ["spec", "deletionPolicy"]] = "Delete"
            }
            let rabbitMQ = try await ShopServers.rabbitMQ()
            let api = ManagementAPI(
                host: "127.0.0.1", port: rabbitMQ.managementPort, tls: false, username: rabbitMQ.username,
                password: rabbitMQ.password, client: ShopServers.http)
            try await Self.withOperator(played) {
                for scene in [kept, gone] {
                    try await scene.waitUntilReady()
                    _ = try await scene.client.delete(Storefront.resourceKind, "acme", namespace: scene.namespace)
                    try await eventually(within: .seconds(30), "the end of \(scene.namespace)") {
                        try await scene.object(Storefront.resourceKind, "acme") == nil
                    }
                }
            }
            #expect(try await ShopServers.databases(of: kept.namespace).count == 5)
            #expect(try await ShopServers.databases(of: gone.namespace) == [])
            #expect(try await api.get(["vhosts", "storefront.\(kept.namespace).acme"]) != nil)
            #expect(try await api.get(["vhosts", "storefront.\(gone.namespace).acme"]) == nil)
            #expect(try await kept.object(.secret, "acme-user-database")?.ownerReferences == [])
            #expect(try await gone.object(.secret, "acme-user-database") == nil)
        }
    }

    @Test("tries for a while to remove the data of a deleted Storefront, but lets it go when a server stays away")
    func abandoned() async throws {
        try await PlayedCluster.with { played in
            let cluster = played.cluster
            let scene = try await Self.apply(played, "stuck") {
                $0[path: ["metadata", "finalizers"]] = [.string(Cleanup.finalizer)]
                $0[path: ["spec", "deletionPolicy"]] = "Delete"
                $0[path: ["spec", "rabbitmq", "server", "managementPort"]] = 1
            }
            _ = try await scene.client.delete(Storefront.resourceKind, "acme", namespace: scene.namespace)
            let storefront = try await cluster.storefront("acme", in: scene.namespace)
            let deletion = try #require(storefront.untyped.deletionTimestamp)
            let client = KubernetesClient(configuration: played.operatorConfiguration, logger: Self.logger)
            let context = OperatorContext(
                view: ClusterView(client: client, informers: [:]),
                recorder: EventRecorder(client: client, component: "tests"), schedules: CheckSchedules(),
                http: ShopServers.http, operatorVersion: productVersion, logger: Self.logger)
            let cleanup = Cleanup(shop: try Shop(storefront), storefront: storefront.untyped, context: context)
            #expect(try await cleanup.run(now: deletion + .seconds(59)) == .seconds(5))
            #expect(try await scene.object(Storefront.resourceKind, "acme") != nil)
            #expect(try await cleanup.run(now: deletion + .seconds(60)) == nil)
            #expect(try await scene.object(Storefront.resourceKind, "acme") == nil)
            try await client.shutdown()
        }
    }

    @Test("is not asked about a Storefront that makes no sense: the API server refuses it")
    func refused() async throws {
        try await PlayedCluster.with { played in
            let scene = try await Self.apply(played, "refused")
            let changes: [(JSONValue, String)] = [
                (["logLevel": "loud"], "spec.logLevel"),
                (["order": ["taxBasisPoints": -1]], "spec.order.taxBasisPoints"),
                (
                    ["services": ["user": ["autoscaling": ["minReplicas": 9]]]],
                    "minReplicas must not exceed maxReplicas"
                ),
                (["currency": "EUR"], "the currency of a shop cannot be changed"),
                (["postgres": .null], "spec.postgres"),
            ]
            for (change, words) in changes {
                let error = await #expect(throws: KubernetesError.self) { try await scene.patch(change) }
                #expect(error?.isInvalid == true)
                #expect(error?.status?.message.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
            }
        }
    }
}
