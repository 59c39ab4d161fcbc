import Contracts
import Crypto
import KubernetesClient

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// What a broker has in a shop's virtual host.
struct BrokerObservation: Sendable, Hashable {
    struct User: Sendable, Hashable {
        var passwordHash: String
        var algorithm: String
        var tags: Set<String>
        /// By virtual host.
        var permissions: [String: [String]]
    }

    struct Exchange: Sendable, Hashable {
        var type: String
        var isDurable: Bool
    }

    struct Queue: Sendable, Hashable {
        var arguments: JSONValue
        var isDurable: Bool
    }

    struct Binding: Sendable, Hashable {
        var binding: BrokerPlan.Binding
        /// What the API calls it in paths.
        var key: String
    }

    var hasVirtualHost = false
    /// Whether the administrator may declare things in it.
    var administratorHasAccess = false
    var users: [String: User] = [:]
    var exchanges: [String: Exchange] = [:]
    var queues: [String: Queue] = [:]
    var bindings: [Binding] = []
}

/// One change of the broker, and when it may be made.
enum BrokerChange: Sendable, Hashable {
    case addVirtualHost
    case admitAdministrator
    case putUser(BrokerPlan.User)
    case permit(BrokerPlan.User)
    /// A permission in a virtual host that is not the shop's.
    case revoke(user: String, virtualHost: String)
    case replaceExchange(BrokerPlan.Exchange)
    case addExchange(BrokerPlan.Exchange)
    case replaceQueue(BrokerPlan.Queue)
    case addQueue(BrokerPlan.Queue)
    case addBinding(BrokerPlan.Binding)
    case removeBinding(BrokerObservation.Binding)

    /// Changes of one stage may be made at a time; each stage needs those before it.
    var stage: Int {
        switch self {
        case .addVirtualHost: 0
        case .admitAdministrator, .putUser: 1
        case .permit, .revoke, .replaceExchange, .addExchange: 2
        case .replaceQueue, .addQueue: 3
        case .addBinding, .removeBinding: 4
        }
    }

    var summary: String {
        switch self {
        case .addVirtualHost: "made the virtual host"
        case .admitAdministrator: "gave the administrator access to the virtual host"
        case .putUser(let user): "set password and tags of the user \(user.name)"
        case .permit(let user): "set the permissions of the user \(user.name)"
        case .revoke(let user, let host): "took the virtual host \(host) from the user \(user)"
        case .replaceExchange(let exchange), .addExchange(let exchange): "made the exchange \(exchange.name)"
        case .replaceQueue(let queue), .addQueue(let queue): "made the queue \(queue.name)"
        case .addBinding(let binding): "bound \(binding.queue) to \(binding.routingKey)"
        case .removeBinding(let stale): "unbound \(stale.binding.queue) from \(stale.binding.routingKey)"
        }
    }
}

extension BrokerPlan {
    /// What brings a broker to the plan; empty when all is as planned.
    func changes(_ observed: BrokerObservation) -> [BrokerChange] {
        var changes: [BrokerChange] = []
        if !observed.hasVirtualHost { changes.append(.addVirtualHost) }
        if !observed.administratorHasAccess { changes.append(.admitAdministrator) }
        for user in users {
            let present = observed.users[user.name]
            let isRight =
                present.map {
                    $0.tags.isEmpty
                        && PasswordHash.matches(user.password, hash: $0.passwordHash, algorithm: $0.algorithm)
                } ?? false
            if !isRight { changes.append(.putUser(user)) }
            if present?.permissions[virtualHost] != [user.configure, user.write, user.read] {
                changes.append(.permit(user))
            }
            for host in (present?.permissions.keys.sorted() ?? []) where host != virtualHost {
                changes.append(.revoke(user: user.name, virtualHost: host))
            }
        }
        for exchange in exchanges {
            guard let present = observed.exchanges[exchange.name] else {
                changes.append(.addExchange(exchange))
                continue
            }
            if present.type != exchange.type || !present.isDurable { changes.append(.replaceExchange(exchange)) }
        }
        for queue in queues {
            guard let present = observed.queues[queue.name] else {
                changes.append(.addQueue(queue))
                continue
            }
            if present.arguments != queue.arguments || !present.isDurable { changes.append(.replaceQueue(queue)) }
        }
        return changes + bindingChanges(observed, others: changes)
    }

    /// Exchanges and queues that are made anew have lost their bindings.
    private func bindingChanges(_ observed: BrokerObservation, others: [BrokerChange]) -> [BrokerChange] {
        var lost: Set<String> = []
        for case .replaceExchange(let exchange) in others { lost.insert(exchange.name) }
        for case .replaceQueue(let queue) in others { lost.insert(queue.name) }
        let present = observed.bindings.filter {
            !lost.contains($0.binding.exchange) && !lost.contains($0.binding.queue)
        }
        let known = Set(present.map(\.binding))
        let missing = bindings.filter { !known.contains($0) }.map { BrokerChange.addBinding($0) }
        let wanted = Set(bindings)
        let ownQueues = Set(queues.map(\.name))
        let ownExchanges = Set(exchanges.map(\.name))
        // Queues that somebody bound for purposes of their own are none of our business.
        let stale = present.filter {
            ownQueues.contains($0.binding.queue) && ownExchanges.contains($0.binding.exchange)
                && !wanted.contains($0.binding)
        }
        return missing + stale.map { .removeBinding($0) }
    }
}

/// RabbitMQ's salted password hashes (`rabbit_password_hashing_sha256`): four bytes of salt, then SHA-256 of salt and
/// password.
enum PasswordHash {
    static let algorithm = "rabbit_password_hashing_sha256"

    static func make(_ password: String) -> String {
        var generator = SystemRandomNumberGenerator()
        return make(password, salt: (0..<4).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    static func make(_ password: String, salt: [UInt8]) -> String {
        (Data(salt) + Data(SHA256.hash(data: salt + Array(password.utf8)))).base64EncodedString()
    }

    static func matches(_ password: String, hash: String, algorithm: String) -> Bool {
        guard algorithm == Self.algorithm, let bytes = Data(base64Encoded: hash), bytes.count == 36 else {
            return false
        }
        return make(password, salt: Array(bytes.prefix(4))) == hash
    }
}
