import KubernetesClient
import Logging
import NIOCore

/// Makes a shop's part of a broker what the plan says.
struct BrokerApplier: Sendable {
    var api: ManagementAPI
    var logger = Logger(label: "messaging")

    /// How many requests are under way at a time.
    private static let width = 6

    /// RabbitMQ takes a virtual host's queues away one by one, and up to five seconds for a quorum queue that has just
    /// been made and still elects its leader.
    static func removalTime(queues: Int) -> TimeAmount { ManagementAPI.deadline + .seconds(5) * Int64(queues) }

    /// Looks, changes what differs, and tells what it changed; changes nothing when all is as planned.
    ///
    /// - Throws: ``BrokerFailure``.
    func apply(_ plan: BrokerPlan) async throws -> [String] {
        let changes = plan.changes(try await observe(plan))
        for stage in Dictionary(grouping: changes, by: \.stage).sorted(by: { $0.key < $1.key }) {
            try await Self.concurrently(stage.value) { try await carryOut($0, in: plan.virtualHost) }
        }
        let summaries = changes.map(\.summary)
        for summary in summaries { logger.info("changed the broker", metadata: ["change": "\(summary)"]) }
        return summaries
    }

    /// Deletes the virtual host with all its queues, and the users.
    ///
    /// - Throws: ``BrokerFailure``.
    func remove(_ plan: BrokerPlan) async throws {
        // Who does not answer this is not waited for as long as a removal may take.
        if try await api.get(["vhosts", plan.virtualHost], query: "columns=name") != nil {
            try await api.delete(["vhosts", plan.virtualHost], within: Self.removalTime(queues: plan.queues.count))
        }
        for user in plan.users { try await api.delete(["users", user.name]) }
    }

    // MARK: - Looking

    private func observe(_ plan: BrokerPlan) async throws -> BrokerObservation {
        var observation = BrokerObservation()
        let host = plan.virtualHost
        guard try await api.get(["vhosts", host], query: "columns=name") != nil else {
            try await observeUsers(plan, &observation)
            return observation
        }
        observation.hasVirtualHost = true
        async let exchanges = list(["exchanges", host], columns: "name,type,durable")
        async let queues = list(["queues", host], columns: "name,durable,arguments")
        async let bindings = list(
            ["bindings", host], columns: "source,destination,destination_type,routing_key,arguments,properties_key")
        let access = try await api.get(["permissions", host, api.username])
        observation.administratorHasAccess = access.map { Self.permissions($0) == [".*", ".*", ".*"] } ?? false
        try await observeUsers(plan, &observation)
        for exchange in try await exchanges {
            observation.exchanges[exchange["name"]?.stringValue ?? ""] = .init(
                type: exchange["type"]?.stringValue ?? "", isDurable: exchange["durable"]?.boolValue ?? false)
        }
        for queue in try await queues {
            observation.queues[queue["name"]?.stringValue ?? ""] = .init(
                arguments: queue["arguments"] ?? .emptyObject, isDurable: queue["durable"]?.boolValue ?? false)
        }
        observation.bindings = try await bindings.compactMap(Self.binding)
        return observation
    }

    private func observeUsers(_ plan: BrokerPlan, _ observation: inout BrokerObservation) async throws {
        for user in plan.users {
            guard let present = try await api.get(["users", user.name]) else { continue }
            let permissions = try await api.get(["users", user.name, "permissions"])?.arrayValue ?? []
            observation.users[user.name] = .init(
                passwordHash: present["password_hash"]?.stringValue ?? "",
                algorithm: present["hashing_algorithm"]?.stringValue ?? "", tags: Self.tags(present["tags"]),
                permissions: Dictionary(
                    permissions.map { ($0["vhost"]?.stringValue ?? "", Self.permissions($0)) },
                    uniquingKeysWith: { $1 }))
        }
    }

    private func list(_ path: [String], columns: String) async throws -> [JSONValue] {
        try await api.get(path, query: "columns=\(columns)")?.arrayValue ?? []
    }

    private static func permissions(_ json: JSONValue) -> [String] {
        ["configure", "write", "read"].map { json[$0]?.stringValue ?? "" }
    }

    /// A text with commas before RabbitMQ 3.9, a list from then on.
    private static func tags(_ json: JSONValue?) -> Set<String> {
        let words =
            json?.arrayValue?.compactMap(\.stringValue) ?? json?.stringValue?.split(separator: ",").map(String.init)
            ?? []
        return Set(words.filter { !$0.isEmpty })
    }

    /// Bindings of exchanges to queues; every queue's own with the default exchange is not told.
    private static func binding(_ json: JSONValue) -> BrokerObservation.Binding? {
        guard let source = json["source"]?.stringValue, !source.isEmpty, json["destination_type"] == "queue",
            let queue = json["destination"]?.stringValue, let routingKey = json["routing_key"]?.stringValue,
            let key = json["properties_key"]?.stringValue
        else { return nil }
        let hasArguments = !(json["arguments"]?.objectValue ?? [:]).isEmpty
        return BrokerObservation.Binding(
            // One with arguments is another binding than the planned one, whatever its routing key.
            binding: .init(exchange: source, queue: queue, routingKey: hasArguments ? "\(routingKey)~" : routingKey),
            key: key)
    }

    // MARK: - Changing

    private func carryOut(_ change: BrokerChange, in host: String) async throws {
        switch change {
        case .addVirtualHost: try await api.put(["vhosts", host], ["description": "Made by storefront-operator"])
        case .admitAdministrator:
            try await api.put(["permissions", host, api.username], ["configure": ".*", "write": ".*", "read": ".*"])
        case .putUser(let user):
            try await api.put(
                ["users", user.name],
                [
                    "password_hash": .string(PasswordHash.make(user.password)),
                    "hashing_algorithm": .string(PasswordHash.algorithm), "tags": "",
                ])
        case .permit(let user):
            try await api.put(
                ["permissions", host, user.name],
                ["configure": .string(user.configure), "write": .string(user.write), "read": .string(user.read)])
        case .revoke(let user, let other): try await api.delete(["permissions", other, user])
        case .replaceExchange(let exchange):
            try await api.delete(["exchanges", host, exchange.name])
            try await add(exchange, in: host)
        case .addExchange(let exchange): try await add(exchange, in: host)
        case .replaceQueue(let queue):
            do {
                try await api.delete(["queues", host, queue.name], query: "if-empty=true")
            } catch let failure as BrokerFailure where failure.kind == .failed {
                throw BrokerFailure(
                    .mismatch,
                    "the queue \(queue.name) has other settings than this release needs and is not empty; "
                        + "let it run empty, or delete it with `rabbitmqctl delete_queue -p \(host) \(queue.name)`")
            }
            try await add(queue, in: host)
        case .addQueue(let queue): try await add(queue, in: host)
        case .addBinding(let binding):
            try await api.post(
                ["bindings", host, "e", binding.exchange, "q", binding.queue],
                ["routing_key": .string(binding.routingKey)])
        case .removeBinding(let stale):
            try await api.delete(["bindings", host, "e", stale.binding.exchange, "q", stale.binding.queue, stale.key])
        }
    }

    private func add(_ exchange: BrokerPlan.Exchange, in host: String) async throws {
        try await api.put(["exchanges", host, exchange.name], ["type": .string(exchange.type), "durable": true])
    }

    private func add(_ queue: BrokerPlan.Queue, in host: String) async throws {
        try await api.put(["queues", host, queue.name], ["durable": true, "arguments": queue.arguments])
    }

    private static func concurrently<Item: Sendable>(
        _ items: [Item], _ body: @escaping @Sendable (Item) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            var rest = items[...]
            for _ in 0..<width {
                guard let item = rest.popFirst() else { break }
                group.addTask { try await body(item) }
            }
            while try await group.next() != nil {
                if let item = rest.popFirst() { group.addTask { try await body(item) } }
            }
        }
    }
}
