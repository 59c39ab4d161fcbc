import AsyncHTTPClient
import Contracts
import Foundation
import KubernetesClient
import KubernetesRuntime
import Logging
import PostgreSQL
import StorefrontAPI
import TestServers
import Testing

@testable import StorefrontOperator

/// The operator against an API server, PostgreSQL and RabbitMQ.
@Suite("The operator", .serialized)
struct OperatorTests {
    struct Scene {
        var cluster: TestCluster
        var namespace: String

        var client: KubernetesClient { cluster.administrator }

        func condition(_ kind: Condition.Kind) async throws -> Condition? {
            try await cluster.storefront("acme", in: namespace).status()[kind]
        }

        func waitUntilReady(within limit: Duration = .seconds(60)) async throws {
            try await eventually("Ready", within: limit) {
                let storefront = try await cluster.storefront("acme", in: namespace)
                let status = try storefront.status()
                return status[.ready]?.status == .true && status.observedGeneration == storefront.generation
            }
        }

        func object(_ kind: ResourceKind, _ name: String) async throws -> UntypedObject? {
            try await client.find(kind, name, namespace: namespace)
        }

        func patch(_ spec: JSONValue) async throws {
            _ = try await client.patch(Storefront.resourceKind, "acme", namespace: namespace, .merge(["spec": spec]))
        }
    }

    static var logger: Logger {
        var logger = Logger(label: "operator")
        logger.logLevel = .error
        return logger
    }

    /// The sample in a namespace of its own, with this process' servers.
    static func apply(
        _ cluster: TestCluster, namespace: String, secrets: Bool = true, _ change: (inout JSONValue) -> Void = { _ in }
    ) async throws -> Scene {
        let postgres = try await Servers.postgres()
        let rabbitMQ = try await Servers.rabbitMQ()
        _ = try await cluster.administrator.create(.namespace, UntypedObject(.namespace, name: namespace))
        if secrets {
            try await cluster.secret(
                "postgres-admin", in: namespace, ["username": "keeper", "password": "keeper-secret"])
            try await cluster.secret(
                "rabbitmq-admin", in: namespace, ["username": rabbitMQ.username, "password": rabbitMQ.password])
            try await cluster.secret("redis", in: namespace, ["url": "redis://127.0.0.1:6379/0"])
        }
        var sample = try #require(try TestCluster.documents("manifests/samples/storefront.yaml").first)
        sample.namespace = namespace
        sample["spec", "postgres", "server", "host"] = "127.0.0.1"
        sample["spec", "postgres", "server", "port"] = JSONValue(postgres.port)
        sample["spec", "postgres", "server", "sslMode"] = "Disable"
        sample["spec", "rabbitmq", "server", "host"] = "127.0.0.1"
        sample["spec", "rabbitmq", "server", "managementPort"] = JSONValue(rabbitMQ.managementPort)
        change(&sample.json)
        _ = try await cluster.administrator.apply(Storefront.resourceKind, sample, fieldManager: "tests")
        return Scene(cluster: cluster, namespace: namespace)
    }

    /// Runs the operator, and what plays the rest of the cluster, while the body does.
    static func withOperator(_ cluster: TestCluster, _ body: () async throws -> Void) async throws {
        let client = KubernetesClient(configuration: cluster.operatorConfiguration, logger: logger)
        var configuration = Operator.Configuration()
        configuration.lease = ObjectKey(namespace: "storefront-system", name: "storefront-operator")
        configuration.identity = UUID().uuidString
        let running = Operator(client, configuration, logger: logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await running.run() }
            group.addTask { try? await cluster.playControllers() }
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
        _ = try await cluster.administrator.delete(.lease, "storefront-operator", namespace: "storefront-system")
        try await client.shutdown()
    }

    /// Runs single passes of a reconciler whose caches are filled; tells how many writes each makes.
    static func withReconciler(
        _ cluster: TestCluster, _ body: (_ pass: (ObjectKey) async throws -> Int) async throws -> Void
    ) async throws {
        let client = KubernetesClient(configuration: cluster.operatorConfiguration, logger: logger)
        let scope = OperatorScope(
            client: client, namespace: nil, recorder: EventRecorder(client: client, component: "tests"),
            http: Servers.http, operatorVersion: productVersion, workers: 1, logger: logger)
        let reconciler = StorefrontReconciler(
            context: OperatorContext(
                view: scope.view, recorder: EventRecorder(client: client, component: "tests"),
                schedules: CheckSchedules(), http: Servers.http, operatorVersion: productVersion, logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for informer in scope.controller.informers { group.addTask { try await informer.run() } }
            for informer in scope.controller.informers { try await informer.waitUntilSynced() }
            try await body { key in
                let before = scope.view.writes
                _ = try await reconciler.reconcile(key)
                return scope.view.writes - before
            }
            group.cancelAll()
        }
        try await client.shutdown()
    }

    @Test("makes of the sample a shop that is Ready, with least permissions, and then writes nothing more")
    func sample() async throws {
        try await TestCluster.with { cluster in
            let scene = try await Self.apply(cluster, namespace: "first")
            try await Self.withOperator(cluster) {
                try await scene.waitUntilReady()
                try await eventually("the URL") {
                    try await cluster.storefront("acme", in: "first").status().url == "http://127.0.0.1:8080"
                }
                let storefront = try await cluster.storefront("acme", in: "first")
                let status = try storefront.status()
                #expect(status.version == productVersion)
                #expect(status.services.count == 5)
                #expect(try await cluster.administrator.listAll(.deployment, namespace: "first").items.count == 5)
                #expect(try await cluster.administrator.listAll(.job, namespace: "first").items.count == 5)
                let admin = try await scene.object(.secret, "acme-admin")
                #expect(Set(admin?["data"]?.objectValue.map { $0.keys } ?? [:].keys) == ["email", "password"])
            }
            // Another operator with empty memory, as after a crash or an upgrade that changes nothing.
            let before = try await cluster.versions(in: "first")
            try await Self.withReconciler(cluster) { pass in
                let key = ObjectKey(namespace: "first", name: "acme")
                let first = try await pass(key)
                let second = try await pass(key)
                #expect(first == 0)
                #expect(second == 0)
            }
            #expect(try await cluster.versions(in: "first") == before)
        }
    }

    @Test("names what is missing or refuses it, and goes on by itself when that is put right")
    func troubles() async throws {
        try await TestCluster.with { cluster in
            let scene = try await Self.apply(cluster, namespace: "trouble", secrets: false)
            let rabbitMQ = try await Servers.rabbitMQ()
            try await Self.withOperator(cluster) {
                try await eventually("conditions") { try await scene.condition(.ready)?.status == .false }
                let databases = try await scene.condition(.databasesReady)
                #expect(databases?.status == .false)
                #expect(databases?.message.contains("Secret trouble/postgres-admin is not there") == true)
                let messaging = try await scene.condition(.messagingReady)
                #expect(messaging?.message.contains("Secret trouble/rabbitmq-admin is not there") == true)
                let secrets = try await scene.condition(.secretsReady)
                #expect(secrets?.message.contains("Secret trouble/redis is not there") == true)

                try await cluster.secret("postgres-admin", in: "trouble", ["username": "keeper", "password": "wrong"])
                try await cluster.secret(
                    "rabbitmq-admin", in: "trouble", ["username": rabbitMQ.username, "password": "wrong"])
                try await eventually("being refused") {
                    let databases = try await scene.condition(.databasesReady)?.reason
                    let messaging = try await scene.condition(.messagingReady)?.reason
                    return databases == "PostgresUnauthorized" && messaging == "RabbitMQUnauthorized"
                }
                try await cluster.secret(
                    "postgres-admin", in: "trouble", ["username": "keeper", "password": "keeper-secret"])
                try await cluster.secret(
                    "rabbitmq-admin", in: "trouble", ["username": rabbitMQ.username, "password": rabbitMQ.password])
                try await cluster.secret("redis", in: "trouble", ["url": "redis://127.0.0.1:6379/0"])
                try await scene.waitUntilReady()

                try await scene.patch([
                    "postgres": ["server": ["port": 1]], "rabbitmq": ["server": ["managementPort": 1]],
                ])
                try await eventually("being unreachable") {
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
        try await TestCluster.with { cluster in
            let scene = try await Self.apply(cluster, namespace: "drift")
            try await Self.withOperator(cluster) {
                try await scene.waitUntilReady()
                let admin = cluster.administrator
                let password = try await scene.object(.secret, "acme-order-database")?["data", "password"]
                _ = try await admin.delete(.service, "acme-user", namespace: "drift")
                _ = try await admin.patch(
                    .deployment, "acme-order", namespace: "drift",
                    .json([
                        [
                            "op": "replace", "path": "/spec/template/spec/containers/0/image",
                            "value": "example.com/evil",
                        ]
                    ]))
                _ = try await admin.patch(
                    .configMap, "acme-order", namespace: "drift", .merge(["data": ["config.json": "{}"]]))
                _ = try await admin.patch(
                    .secret, "acme-order-database", namespace: "drift", .merge(["data": ["host": "ZXZpbA=="]]))
                try await eventually("repair") {
                    let image = try await scene.object(.deployment, "acme-order")?[
                        "spec", "template", "spec", "containers"]?[0]?["image"]
                    let configuration = try await scene.object(.configMap, "acme-order")?["data", "config.json"]
                    let host = try await scene.object(.secret, "acme-order-database")?["data", "host"]
                    return try await scene.object(.service, "acme-user") != nil && image != "example.com/evil"
                        && configuration != "{}" && host != "ZXZpbA=="
                }
                #expect(try await scene.object(.secret, "acme-order-database")?["data", "password"] == password)

                try await scene.patch(["services": ["user": ["autoscaling": ["minReplicas": 2, "maxReplicas": 2]]]])
                try await eventually("a fixed number of replicas") {
                    let replicas = try await scene.object(.deployment, "acme-user")?["spec", "replicas"]
                    return try await scene.object(.horizontalPodAutoscaler, "acme-user") == nil && replicas == 2
                }
                try await scene.patch(["ingress": ["enabled": false]])
                try await eventually("no Ingress") { try await scene.object(.ingress, "acme") == nil }
            }
        }
    }

    @Test("closes a shop when suspended and opens it again")
    func suspend() async throws {
        try await TestCluster.with { cluster in
            let scene = try await Self.apply(cluster, namespace: "closed")
            try await Self.withOperator(cluster) {
                try await scene.waitUntilReady()
                try await scene.patch(["suspend": true])
                try await eventually("zero replicas") {
                    let deployments = try await cluster.administrator.listAll(.deployment, namespace: "closed").items
                    let condition = try await scene.condition(.suspended)
                    return deployments.allSatisfy { $0["spec", "replicas"] == 0 } && condition?.status == .true
                }
                try await scene.patch(["suspend": false])
                try await scene.waitUntilReady()
                let user = try await scene.object(.deployment, "acme-user")
                #expect(user?["spec", "replicas"] == 1)
            }
        }
    }

    @Test("leaves data in place by default, and takes it away when told to")
    func deletion() async throws {
        try await TestCluster.with { cluster in
            let kept = try await Self.apply(cluster, namespace: "kept")
            let gone = try await Self.apply(cluster, namespace: "gone") {
                $0[path: ["spec", "deletionPolicy"]] = "Delete"
            }
            let rabbitMQ = try await Servers.rabbitMQ()
            let api = ManagementAPI(
                host: "127.0.0.1", port: rabbitMQ.managementPort, tls: false, username: rabbitMQ.username,
                password: rabbitMQ.password, client: Servers.http)
            try await Self.withOperator(cluster) {
                for scene in [kept, gone] {
                    try await scene.waitUntilReady()
                    _ = try await scene.client.delete(Storefront.resourceKind, "acme", namespace: scene.namespace)
                    try await eventually("the end of \(scene.namespace)") {
                        try await scene.object(Storefront.resourceKind, "acme") == nil
                    }
                }
            }
            let superuser = try await Servers.postgres().superuserCredentials
            let databases = try await Servers.query(superuser) { connection in
                try await connection.query("SELECT datname FROM pg_database WHERE datname LIKE '%\\_acme\\_user'")
                    .map { row -> String in try row["datname"] }
            }
            #expect(databases.contains("kept_acme_user"))
            #expect(!databases.contains("gone_acme_user"))
            #expect(try await api.get(["vhosts", "storefront.kept.acme"]) != nil)
            #expect(try await api.get(["vhosts", "storefront.gone.acme"]) == nil)
            #expect(try await kept.object(.secret, "acme-user-database")?.ownerReferences == [])
            #expect(try await gone.object(.secret, "acme-user-database") == nil)
        }
    }

    @Test("tries for a while to remove the data of a deleted Storefront, but lets it go when a server stays away")
    func abandoned() async throws {
        try await TestCluster.with { cluster in
            let scene = try await Self.apply(cluster, namespace: "stuck") {
                $0[path: ["metadata", "finalizers"]] = [.string(Cleanup.finalizer)]
                $0[path: ["spec", "deletionPolicy"]] = "Delete"
                $0[path: ["spec", "rabbitmq", "server", "managementPort"]] = 1
            }
            _ = try await scene.client.delete(Storefront.resourceKind, "acme", namespace: "stuck")
            let storefront = try await cluster.storefront("acme", in: "stuck")
            let deletion = try #require(storefront.untyped.deletionTimestamp)
            let client = KubernetesClient(configuration: cluster.operatorConfiguration, logger: Self.logger)
            let context = OperatorContext(
                view: ClusterView(client: client, informers: [:]),
                recorder: EventRecorder(client: client, component: "tests"), schedules: CheckSchedules(),
                http: Servers.http, operatorVersion: productVersion, logger: Self.logger)
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
        try await TestCluster.with { cluster in
            let scene = try await Self.apply(cluster, namespace: "refused")
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
