import AsyncHTTPClient
import Contracts
import FaultProxy
import Foundation
import KubernetesClient
import TestOperator
import TestServers
import Testing

@testable import StorefrontOperator

/// A real broker.
@Suite("Topology on a broker", .serialized)
struct BrokerApplierTests {
    struct Scene {
        var applier: BrokerApplier
        var plan: BrokerPlan
        var api: ManagementAPI { applier.api }

        /// The management API as a service's own user.
        func user(_ service: ServiceName) -> BrokerPlan.User? { plan.users.first { $0.service == service } }
    }

    static func scene(_ name: String) async throws -> Scene {
        let server = try await ShopServers.rabbitMQ()
        let shop = try Fixtures.shop(name: name)
        let material = try ShopMaterial(of: shop, existing: [:], now: Date())
        let api = ManagementAPI(
            host: "127.0.0.1", port: server.managementPort, tls: false, username: server.username,
            password: server.password, client: ShopServers.http)
        return Scene(applier: BrokerApplier(api: api), plan: BrokerPlan(shop, material: material))
    }

    @Test("is declared once and not touched again")
    func idempotent() async throws {
        let scene = try await Self.scene("once")
        #expect(try await scene.applier.apply(scene.plan).count > 50)
        #expect(try await scene.applier.apply(scene.plan) == [])
        let queue = try await scene.api.get(["queues", scene.plan.virtualHost, "order.events"])
        #expect(queue?["type"] == "quorum")
        #expect(queue?[path: ["arguments", "x-dead-letter-strategy"]] == "at-least-once")
    }

    @Test(
        "ends as planned when one who changed it was cut off at the n-th change, for every n", arguments: Last.allCases)
    func cut(_ last: Last) async throws {
        let server = try await ShopServers.rabbitMQ()
        let proxy = try await FaultProxy.start(upstream: Upstream(url: "http://127.0.0.1:\(server.managementPort)"))
        var scene = try await Self.scene("cut")
        // A part of it: queues are dear to make and take away, and one is like the other.
        let queues = Array(scene.plan.queues.prefix(3))
        scene.plan.queues = queues
        scene.plan.users = Array(scene.plan.users.prefix(2))
        scene.plan.bindings = scene.plan.bindings.filter { binding in queues.contains { $0.name == binding.queue } }
        var cutOff = scene.applier
        cutOff.api.port = proxy.port
        let isCut = Shared(false)
        var number = 0
        repeat {
            number += 1
            isCut.change { $0 = false }
            proxy.clearRules()
            proxy.clearLog()
            proxy.rule { [number] request in
                if isCut.value { return .resetBeforeSending }
                guard request.mutation == number else { return nil }
                isCut.change { $0 = true }
                return last == .lands ? .resetAfterUpstreamAnswered : .resetBeforeSending
            }
            let changes = try? await cutOff.apply(scene.plan)
            #expect((changes == nil) == isCut.value)
            _ = try await scene.applier.apply(scene.plan)
            #expect(try await scene.applier.apply(scene.plan) == [], "after a cut at change \(number)")
            try await scene.applier.remove(scene.plan)
        } while isCut.value
        #expect(number > 15)
        try await proxy.stop()
    }

    @Test("is repaired: queues, bindings, users, permissions, stale bindings, the whole virtual host")
    func drift() async throws {
        let scene = try await Self.scene("drift")
        _ = try await scene.applier.apply(scene.plan)
        let host = scene.plan.virtualHost
        let user = try #require(scene.user(.order))
        try await scene.api.delete(["queues", host, "order.events"])
        try await scene.api.delete(["exchanges", host, Topology.deadExchange])
        try await scene.api.post(
            ["bindings", host, "e", Topology.eventsExchange, "q", "product.events"], ["routing_key": "user.updated"])
        try await scene.api.put(["users", user.name], ["password": "stolen", "tags": "administrator"])
        try await scene.api.put(
            ["permissions", host, user.name], ["configure": ".*", "write": ".*", "read": ".*"])
        #expect(try await scene.applier.apply(scene.plan).isEmpty == false)
        #expect(try await scene.applier.apply(scene.plan) == [])
        let bindings = try await scene.api.get(["queues", host, "product.events", "bindings"])?.arrayValue ?? []
        #expect(!bindings.contains { $0["routing_key"] == "user.updated" })
        try await scene.api.delete(["vhosts", host])
        #expect(try await scene.applier.apply(scene.plan).isEmpty == false)
        #expect(try await scene.applier.apply(scene.plan) == [])
    }

    @Test("a queue with other settings is made anew when it is empty, and named when it is not")
    func mismatch() async throws {
        let scene = try await Self.scene("mismatch")
        let host = scene.plan.virtualHost
        _ = try await scene.applier.apply(scene.plan)
        try await scene.api.delete(["queues", host, "order.events"])
        try await scene.api.put(["queues", host, "order.events"], ["durable": true])
        #expect(try await scene.applier.apply(scene.plan).contains("made the queue order.events"))
        try await scene.api.delete(["queues", host, "order.events"])
        try await scene.api.put(["queues", host, "order.events"], ["durable": true])
        try await scene.api.post(
            ["exchanges", host, "amq.default", "publish"],
            ["routing_key": "order.events", "payload": "x", "payload_encoding": "string", "properties": [:]])
        let failure = await #expect(throws: BrokerFailure.self) { try await scene.applier.apply(scene.plan) }
        #expect(failure?.kind == .mismatch)
        #expect(failure?.detail.contains("order.events") == true)
    }

    @Test("lets a service publish events and read its own queue, and nothing else")
    func leastPermission() async throws {
        let scene = try await Self.scene("least")
        _ = try await scene.applier.apply(scene.plan)
        let host = scene.plan.virtualHost
        let user = try #require(scene.user(.order))
        // The management API acts with the rights of who asks it, so for this it needs the tag.
        try await scene.api.put(
            ["users", user.name], ["password": .string(user.password), "tags": "management"])
        var own = scene.api
        own.username = user.name
        own.password = user.password
        func publish(to exchange: String) async throws {
            try await own.post(
                ["exchanges", host, exchange, "publish"],
                ["routing_key": "order.created", "payload": "x", "payload_encoding": "string", "properties": [:]])
        }
        let take: JSONValue = ["count": 1, "ackmode": "ack_requeue_true", "encoding": "auto"]
        try await publish(to: Topology.eventsExchange)
        try await own.post(["queues", host, "order.events", "get"], take)
        await #expect(throws: BrokerFailure.self) { try await publish(to: Topology.retryExchange) }
        await #expect(throws: BrokerFailure.self) {
            try await own.post(["queues", host, "payment.events", "get"], take)
        }
        await #expect(throws: BrokerFailure.self) { try await own.put(["queues", host, "mine"], ["durable": true]) }
        await #expect(throws: BrokerFailure.self) { try await own.delete(["queues", host, "order.events"]) }
        await #expect(throws: BrokerFailure.self) {
            try await own.post(
                ["bindings", host, "e", Topology.eventsExchange, "q", "order.events"], ["routing_key": "#"])
        }
    }

    @Test("is gone after its removal")
    func removal() async throws {
        let scene = try await Self.scene("gone")
        _ = try await scene.applier.apply(scene.plan)
        try await scene.applier.remove(scene.plan)
        #expect(try await scene.api.get(["vhosts", scene.plan.virtualHost]) == nil)
        for user in scene.plan.users { #expect(try await scene.api.get(["users", user.name]) == nil) }
        try await scene.applier.remove(scene.plan)
    }

    /// RabbitMQ needs up to five seconds for a quorum queue.
    @Test("may take its time to go, but must answer everything else within ten seconds")
    func patience() async throws {
        let server = try await ShopServers.rabbitMQ()
        /// What came of it, and when.
        @Sendable func remove(
            _ name: String, _ rule: @escaping @Sendable (ProxiedRequest) -> Fault?
        ) async throws -> (failure: BrokerFailure?, time: Duration) {
            let proxy = try await FaultProxy.start(upstream: Upstream(url: "http://127.0.0.1:\(server.managementPort)"))
            var scene = try await Self.scene(name)
            scene.plan.queues = Array(scene.plan.queues.prefix(1))
            scene.plan.bindings = []
            _ = try await scene.applier.apply(scene.plan)
            proxy.rule(rule)
            scene.applier.api.port = proxy.port
            let begin = ContinuousClock.now
            var failure: BrokerFailure?
            do { try await scene.applier.remove(scene.plan) } catch { failure = error as? BrokerFailure }
            let time = ContinuousClock.now - begin
            try await proxy.stop()
            return (failure, time)
        }
        async let slow = remove("slow") { request in
            request.method == "DELETE" && request.path.hasPrefix("/api/vhosts/") ? .delayAnswer(.seconds(11)) : nil
        }
        let silent = try await remove("silent") { _ in .stall }
        #expect(silent.failure == BrokerFailure(.unreachable, "no answer in time"))
        #expect(silent.time < .seconds(14), "as long as it takes to see that nobody answers")
        let (failure, time) = try await slow
        #expect(failure == nil && time > .seconds(11))
    }

    @Test("that cannot be reached or administered is told apart")
    func failures() async throws {
        var scene = try await Self.scene("failing")
        scene.applier.api.password = "wrong"
        let refused = await #expect(throws: BrokerFailure.self) { try await scene.applier.apply(scene.plan) }
        #expect(refused?.kind == .unauthorized)
        scene.applier.api.port = 1
        let gone = await #expect(throws: BrokerFailure.self) { try await scene.applier.apply(scene.plan) }
        #expect(gone == BrokerFailure(.unreachable, "connection refused"))
    }
}
