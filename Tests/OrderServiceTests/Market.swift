import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JWTKit
import Logging
import Messaging
import NIOCore
import PostgreSQL
import Redis
import ServiceFoundation
import TestServers
import Testing

@testable import OrderService

/// The order service on a fresh database, with the real product service and a bank beside it.
struct Market: Sendable {
    let ordering: Ordering
    let runtime: ServiceRuntime
    let warehouse: Warehouse
    let bank: Bank
    let faults: Faults
    let keys: JWTKeyCollection
    let redis: RedisClient
    /// The public listener.
    let client: any TestClientProtocol

    var pool: PostgresPool { runtime.pool }

    static let address = UUID.v7()

    static func with(
        configuration: OrderConfiguration = OrderConfiguration(shippingCents: 500, taxBasisPoints: 1000),
        _ body: @escaping @Sendable (Market) async throws -> Void
    ) async throws {
        let currency = try #require(Currency(rawValue: "USD"))
        let url = try await TestServers.redis().url()
        let redis = RedisClient(url: { url })
        let bank = Bank(currency: currency)
        let faults = Faults()
        let key = ES256PrivateKey()
        let keys = JWTKeyCollection()
        await keys.add(ecdsa: key, kid: "test")
        let parameters = try #require(key.publicKey.parameters)
        let set = """
            {"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"test",
            "x":"\(parameters.x.base64URL)","y":"\(parameters.y.base64URL)"}]}
            """
        try await Warehouse.with { warehouse in
            try await TestServers.withPool(migrations: Ordering.allMigrations, maximumConnections: 16) { pool in
                let runtime = ServiceRuntime(
                    name: .order,
                    configuration: ConfigurationStore(
                        ServiceConfiguration(
                            storefront: "acme", namespace: "default", service: .order, currency: currency,
                            order: configuration)),
                    pool: pool, redis: redis, peers: Peers(warehouse: warehouse, bank: bank, faults: faults),
                    tokens: TokenVerifier(issuer: "storefront", audience: "storefront") { set },
                    logger: Logger(label: "order"))
                let ordering = Ordering(runtime, holder: "one")
                try await ServiceApplications.publicApplication(ordering, runtime).test(.router) { client in
                    try await body(
                        Market(
                            ordering: ordering, runtime: runtime, warehouse: warehouse, bank: bank, faults: faults,
                            keys: keys, redis: redis, client: client))
                }
            }
        }
        await redis.close()
    }

    /// The other services.
    private struct Peers: PeerCalling {
        let warehouse: Warehouse
        let bank: Bank
        let faults: Faults

        func send(_ request: PeerRequest) async throws -> PeerResponse {
            let fault = await faults.next(request)
            if fault == .lostRequest { throw PeerError.unreachable(request.service, "request lost") }
            let response = try await answer(request)
            if fault == .lostAnswer { throw PeerError.unreachable(request.service, "answer lost") }
            return response
        }

        private func answer(_ request: PeerRequest) async throws -> PeerResponse {
            switch request.service {
            case .product: return try await warehouse.send(request)
            case .payment: return try await bank.send(request)
            default: return try Self.user(request)
            }
        }

        private static func user(_ request: PeerRequest) throws -> PeerResponse {
            let parts = request.path.split(separator: "/")
            guard let user = UUID(uuidString: String(parts[3])) else { throw PeerError.problem(.user, .notFound()) }
            if parts.count == 4 {
                let account = InternalUser(
                    id: user, email: "a@example.com", firstName: "A", lastName: "B", role: .customer,
                    accountStatus: "active")
                return PeerResponse(status: 200, body: [UInt8](try ContractsJSON.encoder().encode(account)))
            }
            guard UUID(uuidString: String(parts[5])) == Market.address else {
                throw PeerError.problem(.user, .notFound())
            }
            let address = AddressSnapshot(
                id: Market.address, label: "home", streetLine1: "1 Main St", streetLine2: nil, city: "Springfield",
                state: "IL", postalCode: "62701", countryCode: "US")
            return PeerResponse(status: 200, body: [UInt8](try ContractsJSON.encoder().encode(address)))
        }
    }

    // MARK: People

    func customer(_ user: UUID = .v7(), role: Role = .customer) async throws -> HTTPFields {
        let claims = AccessClaims(issuer: "storefront", audience: "storefront", userID: user, role: role, lifetime: 900)
        return [
            .authorization: "Bearer \(try await keys.sign(claims, kid: "test"))", .contentType: "application/json",
        ]
    }

    func order(
        _ headers: HTTPFields, key: String = UUID().uuidString, items: [String: Int]? = nil, token: String = "tok_visa",
        extra: String = ""
    ) async throws -> TestResponse {
        var headers = headers
        headers[.idempotencyKeyForTests] = key
        let lines = items.map { items in
            let texts = items.sorted { $0.key < $1.key }.map { #"{"sku":"\#($0.key)","quantity":\#($0.value)}"# }
            return #","items":[\#(texts.joined(separator: ","))]"#
        }
        return try await client.execute(
            uri: "/api/v1/orders", method: .post, headers: headers,
            body: ByteBuffer(
                string: """
                    {"address_id":"\(Self.address.text)","payment":{"method":"credit_card","token":"\(token)"}\
                    \(lines ?? "")\(extra)}
                    """))
    }

    /// Places an order and returns its id.
    func placed(_ headers: HTTPFields, items: [String: Int], token: String = "tok_visa") async throws -> UUID {
        let answer = try await order(headers, items: items, token: token)
        #expect(answer.status == .created)
        return try #require(UUID(uuidString: try answer.json["id"] as? String ?? ""))
    }

    // MARK: Time and mail

    func read(_ order: UUID) async throws -> Order {
        try #require(try await OrderStore().order(order, in: pool))
    }

    /// Delivers every event that is on its way, to everybody who asked for it, until there is none.
    func deliverEvents() async throws {
        let handler = try #require(ordering.eventHandler)
        while true {
            var toOrder = await bank.takeEvents()
            toOrder += try await Self.take(warehouse.pool, ["inventory.committed", "inventory.expired"])
            let own = try await Self.take(pool, ["order.confirmed", "order.cancelled"])
            if toOrder.isEmpty, own.isEmpty { return }
            for body in own {
                try await warehouse.tell(body)
                let event = try ReceivedEvent(body: body)
                let order = try event.data(OrderEventData.self).orderID
                if event.type == .orderConfirmed {
                    _ = try? await bank.capture(order)
                } else {
                    await bank.cancel(order)
                }
            }
            for body in toOrder {
                let event = try ReceivedEvent(body: body)
                try await pool.transaction { try await handler(event, $0) }
            }
        }
    }

    private static func take(_ pool: PostgresPool, _ types: [String]) async throws -> [[UInt8]] {
        try await pool.query("DELETE FROM outbox WHERE type = ANY(\(types)) RETURNING body").map { row in
            let body: String = try row["body"]
            return Array(body.utf8)
        }
    }

    /// Makes everything that waits for its time due now, and all leases void.
    func passTime() async throws {
        try await pool.execute("UPDATE sagas SET due_at = now() - interval '1 minute', leased_until = NULL")
    }

    /// Runs every saga to its end, delivering events or not.
    func settle(deliveringEvents: Bool = true) async throws {
        for _ in 0..<50 {
            try await passTime()
            let open: [UUID] = try await pool.query("SELECT order_id FROM sagas WHERE step <> 'done'")
                .map { try $0["order_id"] }
            for order in open { await ordering.runner.drive(order) }
            if deliveringEvents { try await deliverEvents() }
            if open.isEmpty { return }
        }
        Issue.record("a saga does not end")
    }

    func count(_ type: EventType) async throws -> Int {
        try await pool.queryOne("SELECT count(*) AS n FROM outbox WHERE type = \(type.rawValue)")["n"]
    }
}

extension HTTPField.Name {
    static var idempotencyKeyForTests: HTTPField.Name { HTTPField.Name("Idempotency-Key") ?? .cookie }
}

/// Loses requests or answers as a test wants.
actor Faults {
    enum Fault { case none, lostRequest, lostAnswer }

    private var rule: @Sendable (PeerRequest) -> Fault = { _ in .none }
    private var hook: (@Sendable (PeerRequest) async -> Void)?

    func set(_ rule: @escaping @Sendable (PeerRequest) -> Fault) { self.rule = rule }

    /// Runs before a call is made.
    func before(_ hook: (@Sendable (PeerRequest) async -> Void)?) { self.hook = hook }

    func next(_ request: PeerRequest) async -> Fault {
        let fault = rule(request)
        await hook?(request)
        return fault
    }
}

extension String {
    var base64URL: String { replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "") }
}

extension TestResponse {
    var json: [String: Any] {
        get throws {
            try #require(try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any])
        }
    }

    var items: [[String: Any]] { get throws { try #require(try json["items"] as? [[String: Any]]) } }

    var code: String? { get throws { try json["code"] as? String } }
}
