public import Contracts
public import KubernetesClient

/// A shop's part of the message broker: a virtual host with its users, exchanges, queues and bindings.
public struct BrokerPlan: Sendable, Hashable {
    public struct User: Sendable, Hashable {
        public var service: ServiceName
        public var name: String
        public var password: String
        public var configure: String
        public var write: String
        public var read: String
    }

    public struct Exchange: Sendable, Hashable {
        public var name: String
        /// `topic` or `direct`.
        public var type: String
    }

    public struct Queue: Sendable, Hashable {
        public var name: String
        public var arguments: JSONValue
    }

    public struct Binding: Sendable, Hashable {
        public var exchange: String
        public var queue: String
        public var routingKey: String
    }

    public var virtualHost: String
    public var users: [User]
    public var exchanges: [Exchange]
    public var queues: [Queue]
    public var bindings: [Binding]

    init(_ shop: Shop, material: ShopMaterial) {
        virtualHost = shop.virtualHost
        users = ServiceName.allCases.map { service in
            let (configure, write, read) = Topology.permissions(of: service)
            return User(
                service: service, name: shop.brokerUser(service), password: material.brokerPasswords[service] ?? "",
                configure: configure, write: write, read: read)
        }
        exchanges = [
            Exchange(name: Topology.eventsExchange, type: "topic"),
            Exchange(name: Topology.retryExchange, type: "direct"),
            Exchange(name: Topology.deadExchange, type: "direct"),
        ]
        queues = []
        bindings = []
        for service in ServiceName.allCases {
            guard let events = Topology.subscriptions[service] else { continue }
            let queue = Topology.queue(of: service)
            queues += [
                Queue(
                    name: queue,
                    arguments: [
                        "x-queue-type": "quorum", "x-dead-letter-exchange": .string(Topology.retryExchange),
                        "x-dead-letter-routing-key": .string(queue), "x-dead-letter-strategy": "at-least-once",
                        "x-overflow": "reject-publish",
                    ]),
                Queue(
                    name: Topology.retryQueue(of: service),
                    arguments: [
                        "x-queue-type": "quorum", "x-message-ttl": .init(Topology.retryDelayMilliseconds),
                        "x-dead-letter-exchange": "", "x-dead-letter-routing-key": .string(queue),
                        "x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish",
                    ]),
                Queue(name: Topology.deadQueue(of: service), arguments: ["x-queue-type": "quorum"]),
            ]
            bindings += events.map {
                Binding(exchange: Topology.eventsExchange, queue: queue, routingKey: $0.rawValue)
            }
            bindings += [
                Binding(exchange: Topology.retryExchange, queue: Topology.retryQueue(of: service), routingKey: queue),
                Binding(exchange: Topology.deadExchange, queue: Topology.deadQueue(of: service), routingKey: queue),
            ]
        }
    }

    /// What would be declared, for people to read.
    public var summary: [String] {
        ["vhost \(virtualHost)"]
            + users.map { "user \($0.name): configure \($0.configure), write \($0.write), read \($0.read)" }
            + exchanges.map { "\($0.type) exchange \($0.name)" }
            + queues.map { "queue \($0.name) \($0.arguments.text())" }
            + bindings.map { "binding \($0.exchange) --\($0.routingKey)--> \($0.queue)" }
    }
}
