import Foundation
import KubernetesClient

/// What a Storefront's namespace needs to know of the servers beside the cluster: a headless Service without a
/// selector for each, with its address as an EndpointSlice, and the administrators' Secrets. It is how any cluster
/// names a server outside of it.
struct DataServices: Sendable {
    let settings: ClusterSettings

    func objects(namespace: String) -> [UntypedObject] {
        let addresses = settings.addresses
        return service("postgres", namespace, addresses.postgres, [("postgresql", PostgresServer.port)])
            + service(
                "rabbitmq", namespace, addresses.rabbitMQ,
                [("amqp", RabbitMQServer.port), ("management", RabbitMQServer.managementPort)])
            + service("redis", namespace, addresses.redis, [("redis", RedisServer.port)])
            + [
                secret(
                    "postgres-admin", namespace,
                    ["username": PostgresServer.administrator, "password": settings.postgresPassword]),
                secret(
                    "rabbitmq-admin", namespace,
                    ["username": RabbitMQServer.administrator, "password": settings.rabbitMQPassword]),
                secret("redis", namespace, ["url": redisURL]),
            ]
    }

    private var redisURL: String {
        "redis://:\(settings.redisPassword)@\(settings.addresses.redis):\(RedisServer.port)/0"
    }

    private static let labels = ["app.kubernetes.io/managed-by": "storefront-local"]

    private func service(
        _ name: String, _ namespace: String, _ address: String, _ ports: [(name: String, port: Int)]
    ) -> [UntypedObject] {
        let ports: JSONValue = .array(ports.map { ["name": .string($0.name), "port": JSONValue($0.port)] })
        var service = UntypedObject(.service, name: name, namespace: namespace, labels: Self.labels)
        service.spec = ["clusterIP": "None", "ports": ports]
        var slice = UntypedObject(
            .endpointSlice, name: "\(name)-local", namespace: namespace,
            labels: Self.labels.merging([
                "kubernetes.io/service-name": name,
                "endpointslice.kubernetes.io/managed-by": "storefront-local",
            ]) { $1 })
        slice["addressType"] = "IPv4"
        slice["endpoints"] = [["addresses": [.string(address)], "conditions": ["ready": true]]]
        slice["ports"] = ports
        return [service, slice]
    }

    private func secret(_ name: String, _ namespace: String, _ data: [String: String]) -> UntypedObject {
        var secret = UntypedObject(.secret, name: name, namespace: namespace, labels: Self.labels)
        secret["type"] = "Opaque"
        secret["data"] = .object(data.mapValues { .string(Data($0.utf8).base64EncodedString()) })
        return secret
    }
}
