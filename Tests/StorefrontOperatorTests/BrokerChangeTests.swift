import Contracts
import KubernetesClient
import Testing

@testable import StorefrontOperator

@Suite("What brings a broker to the plan")
struct BrokerChangeTests {
    static func plan() throws -> BrokerPlan {
        let shop = try Fixtures.shop()
        return BrokerPlan(shop, material: .placeholder(for: shop))
    }

    /// A broker that is as planned.
    static func observed(_ plan: BrokerPlan) -> BrokerObservation {
        var observed = BrokerObservation(hasVirtualHost: true, administratorHasAccess: true)
        for user in plan.users {
            observed.users[user.name] = .init(
                passwordHash: PasswordHash.make(user.password), algorithm: PasswordHash.algorithm, tags: [],
                permissions: [plan.virtualHost: [user.configure, user.write, user.read]])
        }
        for exchange in plan.exchanges {
            observed.exchanges[exchange.name] = .init(type: exchange.type, isDurable: true)
        }
        for queue in plan.queues { observed.queues[queue.name] = .init(arguments: queue.arguments, isDurable: true) }
        observed.bindings = plan.bindings.map { .init(binding: $0, key: $0.routingKey) }
        return observed
    }

    @Test("is nothing when all is as planned")
    func steady() throws {
        let plan = try Self.plan()
        #expect(plan.changes(Self.observed(plan)) == [])
    }

    @Test("is everything on an empty broker, each thing after what it needs")
    func empty() throws {
        let plan = try Self.plan()
        let changes = plan.changes(BrokerObservation())
        #expect(changes.count == 2 + 10 + 3 + plan.queues.count + plan.bindings.count)
        #expect(changes.first == .addVirtualHost)
    }

    @Test("restores what was changed, and nothing else")
    func drift() throws {
        let plan = try Self.plan()
        let queue = try #require(plan.queues.first)
        let binding = try #require(plan.bindings.first)
        let user = try #require(plan.users.first)
        var observed = Self.observed(plan)
        observed.queues[queue.name] = nil
        observed.bindings.removeAll { $0.binding == binding }
        observed.users[user.name]?.permissions[plan.virtualHost] = [".*", ".*", ".*"]
        observed.users[user.name]?.permissions["/"] = [".*", ".*", ".*"]
        observed.users[user.name]?.tags = ["administrator"]
        #expect(
            Set(plan.changes(observed)) == [
                .addQueue(queue), .addBinding(binding), .putUser(user), .permit(user),
                .revoke(user: user.name, virtualHost: "/"),
            ])
    }

    @Test("removes bindings of its own queues that are stale, and leaves other people's queues alone")
    func stale() throws {
        let plan = try Self.plan()
        var observed = Self.observed(plan)
        let stale = BrokerObservation.Binding(
            binding: .init(exchange: Topology.eventsExchange, queue: "order.events", routingKey: "user.updated"),
            key: "user.updated")
        let foreign = BrokerObservation.Binding(
            binding: .init(exchange: Topology.eventsExchange, queue: "audit", routingKey: "#"), key: "%23")
        observed.bindings += [stale, foreign]
        observed.queues["audit"] = .init(arguments: [:], isDurable: true)
        #expect(plan.changes(observed) == [.removeBinding(stale)])
    }

    @Test("binds again what is made anew")
    func replaced() throws {
        let plan = try Self.plan()
        var observed = Self.observed(plan)
        observed.queues["order.events"]?.arguments = [:]
        let changes = plan.changes(observed)
        let bound = changes.compactMap { change -> BrokerPlan.Binding? in
            if case .addBinding(let binding) = change { binding } else { nil }
        }
        #expect(Set(bound) == Set(plan.bindings.filter { $0.queue == "order.events" }))
        #expect(changes.count == bound.count + 1)
    }

    @Test("declares the topology of the contracts and no more")
    func topology() throws {
        let plan = try Self.plan()
        #expect(plan.queues.count == 3 * Topology.subscriptions.count)
        for (service, events) in Topology.subscriptions {
            let keys = plan.bindings.filter {
                $0.exchange == Topology.eventsExchange && $0.queue == Topology.queue(of: service)
            }.map(\.routingKey)
            #expect(Set(keys) == Set(events.map(\.rawValue)))
        }
        #expect(plan.queues.allSatisfy { $0.arguments["x-queue-type"] == "quorum" })
    }
}
