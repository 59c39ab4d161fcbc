public import KubernetesClient
public import StorefrontAPI
import TestServers

/// The sample shop `acme` in a namespace of its own, with this process' servers.
public struct ShopScene: Sendable {
    public var cluster: TestCluster
    public var namespace: String

    public var client: KubernetesClient { cluster.administrator }

    /// - Parameters:
    ///   - namespace: exists already.
    ///   - secrets: also make the Secrets that users bring.
    public static func apply(
        _ cluster: TestCluster, namespace: String, secrets: Bool = true, redis: String = "redis://127.0.0.1:6379/0",
        _ change: (inout JSONValue) -> Void = { _ in }
    ) async throws -> ShopScene {
        let postgres = try await ShopServers.postgres()
        let rabbitMQ = try await ShopServers.rabbitMQ()
        if secrets {
            try await cluster.secret(
                "postgres-admin", in: namespace, ["username": "keeper", "password": "keeper-secret"])
            try await cluster.secret(
                "rabbitmq-admin", in: namespace, ["username": rabbitMQ.username, "password": rabbitMQ.password])
            try await cluster.secret("redis", in: namespace, ["url": redis])
        }
        guard var sample = try Repository.objects("manifests/samples/storefront.yaml").first else {
            throw TestClusterError("the sample is empty")
        }
        sample.namespace = namespace
        sample["spec", "postgres", "server", "host"] = "127.0.0.1"
        sample["spec", "postgres", "server", "port"] = JSONValue(postgres.port)
        sample["spec", "postgres", "server", "sslMode"] = "Disable"
        sample["spec", "rabbitmq", "server", "host"] = "127.0.0.1"
        sample["spec", "rabbitmq", "server", "port"] = JSONValue(rabbitMQ.port)
        sample["spec", "rabbitmq", "server", "managementPort"] = JSONValue(rabbitMQ.managementPort)
        change(&sample.json)
        _ = try await cluster.administrator.apply(Storefront.resourceKind, sample, fieldManager: "tests")
        return ShopScene(cluster: cluster, namespace: namespace)
    }

    public func condition(_ kind: Condition.Kind) async throws -> Condition? {
        try await cluster.storefront("acme", in: namespace).status()[kind]
    }

    public func waitUntilReady(within limit: Duration = .seconds(60)) async throws {
        do {
            try await eventually(within: limit, "Ready") {
                let storefront = try await cluster.storefront("acme", in: namespace)
                let status = try storefront.status()
                return status[.ready]?.status == .true && status.observedGeneration == storefront.generation
            }
        } catch let error as TestServerError {
            let conditions = try await cluster.storefront("acme", in: namespace).status().conditions
            throw TestClusterError("\(error): \(conditions.map { "\($0.type) \($0.reason): \($0.message)" })")
        }
    }

    public func object(_ kind: ResourceKind, _ name: String) async throws -> UntypedObject? {
        try await client.find(kind, name, namespace: namespace)
    }

    public func patch(_ spec: JSONValue) async throws {
        _ = try await client.patch(Storefront.resourceKind, "acme", namespace: namespace, .merge(["spec": spec]))
    }

    public func waitUntilGone(within limit: Duration = .seconds(60)) async throws {
        try await eventually(within: limit, "the Storefront's end") {
            try await object(Storefront.resourceKind, "acme") == nil
        }
    }
}
