import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import JWTKit
import Logging
import Messaging
import NIOCore
import PodEnvironment
import PostgreSQL
import Redis
import ServiceFoundation
import TestServers
import Testing

@testable import ProductService

/// The product service on a fresh database.
struct Shop: Sendable {
    let catalog: Catalog
    let runtime: ServiceRuntime
    let keys: JWTKeyCollection

    var pool: PostgresPool { runtime.pool }
    var reservations: Reservations { catalog.reservations }

    static let currency = Currency(rawValue: "USD")

    /// Runs the body with a new shop whose catalogue is empty.
    static func with(
        redis: (any RedisCommands)? = nil, reservationLifetime: Int = 900, connections: Int = 16,
        _ body: @Sendable (Shop) async throws -> Void
    ) async throws {
        try await TestServers.withPool(migrations: Catalog.allMigrations, maximumConnections: connections) { pool in
            let key = ES256PrivateKey()
            let keys = JWTKeyCollection()
            await keys.add(ecdsa: key, kid: "test")
            let parameters = try #require(key.publicKey.parameters)
            let set = """
                {"keys":[{"kty":"EC","crv":"P-256","alg":"ES256","use":"sig","kid":"test",
                "x":"\(parameters.x.base64URL)","y":"\(parameters.y.base64URL)"}]}
                """
            let configuration = ServiceConfiguration(
                storefront: "acme", namespace: "default", service: .product, currency: try #require(currency),
                product: ProductConfiguration(reservationLifetime: reservationLifetime))
            let runtime = ServiceRuntime(
                name: .product, configuration: ConfigurationStore(configuration), pool: pool, redis: redis,
                peers: Nobody(), tokens: TokenVerifier(issuer: "storefront", audience: "storefront") { set },
                logger: Logger(label: "test"))
            try await body(Shop(catalog: try Catalog(runtime), runtime: runtime, keys: keys))
        }
    }

    private struct Nobody: PeerCalling {
        func send(_ request: PeerRequest) async throws -> PeerResponse {
            throw PeerError.unreachable(request.service, "not in this test")
        }
    }

    /// Calls the public listener.
    func publicly(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        try await ServiceApplications.publicApplication(catalog, runtime).test(.router, body)
    }

    /// Calls the internal listener as the service.
    func internally(
        as caller: ServiceName? = .order, _ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void
    ) async throws {
        try await ServiceApplications.internalApplication(catalog, runtime, caller: caller).test(.router, body)
    }

    func token(_ role: Role, user: UUID = .v7()) async throws -> HTTPFields {
        let claims = AccessClaims(issuer: "storefront", audience: "storefront", userID: user, role: role, lifetime: 900)
        return [
            .authorization: "Bearer \(try await keys.sign(claims, kid: "test"))", .contentType: "application/json",
        ]
    }

    /// Adds an active product with stock.
    @discardableResult
    func product(_ sku: String, stock: Int, price: Int64 = 1000, threshold: Int = 0) async throws -> UUID {
        let now = Date.stamp
        let product = Product(
            id: .v7(), sku: sku, name: "Product \(sku)", slug: sku.lowercased(), description: nil, priceCents: price,
            compareAtPriceCents: nil, currency: try #require(Self.currency), categoryID: nil, brand: nil,
            weightGrams: nil, sellerID: nil, status: .active, version: 1, createdAt: now, updatedAt: now)
        let inventory = Inventory(
            productID: product.id, sku: sku, quantityOnHand: stock, quantityReserved: 0, reorderThreshold: threshold,
            warehouseLocation: nil, lastRestockedAt: nil, version: 1, updatedAt: now)
        _ = try await pool.batch([
            ProductStore().insertion(of: product), InventoryStore().insertion(of: inventory),
        ])
        return product.id
    }

    func stock(_ sku: String) async throws -> [Int] {
        let row = try await pool.queryOne(
            "SELECT quantity_on_hand, quantity_reserved FROM inventory WHERE sku = \(sku)")
        return [try row["quantity_on_hand"], try row["quantity_reserved"]]
    }

    func events(_ type: EventType) async throws -> Int {
        let row = try await pool.queryOne("SELECT count(*) AS n FROM outbox WHERE type = \(type.rawValue)")
        return try row["n"]
    }
}

extension String {
    /// Plain Base64 as Base64URL.
    var base64URL: String {
        replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }
}

extension TestResponse {
    /// The body as a JSON object.
    var json: [String: Any] {
        get throws {
            try #require(try JSONSerialization.jsonObject(with: Data(body.readableBytesView)) as? [String: Any])
        }
    }

    var items: [[String: Any]] {
        get throws { try #require(try json["items"] as? [[String: Any]]) }
    }
}
