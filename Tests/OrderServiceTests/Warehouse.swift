import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import Logging
import Messaging
import NIOCore
import PostgreSQL
import ServiceFoundation
import TestServers
import Testing

@testable import ProductService

/// The real product service on a database of its own, called through its internal routes.
struct Warehouse: Sendable {
    private let catalog: Catalog
    private let runtime: ServiceRuntime
    private let client: any TestClientProtocol

    var pool: PostgresPool { runtime.pool }

    static func with(_ body: @escaping @Sendable (Warehouse) async throws -> Void) async throws {
        let currency = try #require(Currency(rawValue: "USD"))
        try await TestServers.withPool(migrations: Catalog.allMigrations, maximumConnections: 8) { pool in
            let runtime = ServiceRuntime(
                name: .product,
                configuration: ConfigurationStore(
                    ServiceConfiguration(
                        storefront: "acme", namespace: "default", service: .product, currency: currency)),
                pool: pool, peers: Nobody(), tokens: TokenVerifier(issuer: "", audience: "") { "" },
                logger: Logger(label: "product"))
            let catalog = try Catalog(runtime)
            try await ServiceApplications.internalApplication(catalog, runtime, caller: .order).test(.router) {
                client in
                try await body(Warehouse(catalog: catalog, runtime: runtime, client: client))
            }
        }
    }

    private struct Nobody: PeerCalling {
        func send(_ request: PeerRequest) async throws -> PeerResponse {
            throw PeerError.unreachable(request.service, "not in this test")
        }
    }

    private struct Refusal: Decodable {
        var code: String
        var title: String
        var errors: [FieldError]?
    }

    func send(_ request: PeerRequest) async throws -> PeerResponse {
        let answer = try await client.execute(
            uri: request.path, method: request.method, headers: [.contentType: "application/json"],
            body: request.body.map { ByteBuffer(bytes: $0) })
        let body = Array(answer.body.readableBytesView)
        guard answer.status.code < 400 else {
            let refusal = try JSONDecoder().decode(Refusal.self, from: Data(body))
            throw PeerError.problem(
                .product,
                Problem(
                    status: answer.status.code, code: refusal.code, title: refusal.title,
                    errors: refusal.errors ?? []))
        }
        return PeerResponse(status: answer.status.code, body: body)
    }

    func tell(_ event: [UInt8]) async throws {
        let received = try ReceivedEvent(body: event)
        let handler = try #require(catalog.eventHandler)
        try await pool.transaction { try await handler(received, $0) }
    }

    func add(_ sku: String, stock: Int, price: Int64 = 1000) async throws {
        let now = Date(timeIntervalSince1970: 1_700_000_000)
        let currency = try #require(Currency(rawValue: "USD"))
        let product = Product(
            id: .v7(), sku: sku, name: "Product \(sku)", slug: sku.lowercased(), description: nil, priceCents: price,
            compareAtPriceCents: nil, currency: currency, categoryID: nil, brand: nil, weightGrams: nil,
            sellerID: nil, status: .active, version: 1, createdAt: now, updatedAt: now)
        let inventory = Inventory(
            productID: product.id, sku: sku, quantityOnHand: stock, quantityReserved: 0, reorderThreshold: 0,
            warehouseLocation: nil, lastRestockedAt: nil, version: 1, updatedAt: now)
        _ = try await pool.batch([
            ProductStore().insertion(of: product), InventoryStore().insertion(of: inventory),
        ])
    }

    func setPrice(_ cents: Int64, of sku: String) async throws {
        try await pool.execute("UPDATE products SET price_cents = \(cents) WHERE sku = \(sku)")
    }

    /// On hand and reserved.
    func stock(_ sku: String) async throws -> [Int] {
        let row = try await pool.queryOne(
            "SELECT quantity_on_hand, quantity_reserved FROM inventory WHERE sku = \(sku)")
        return [try row["quantity_on_hand"], try row["quantity_reserved"]]
    }

    /// Gives back everything whose time is up.
    func expireAll() async throws {
        try await pool.execute("UPDATE reservations SET expires_at = now() - interval '1 second'")
        while try await catalog.reservations.expireNext() {}
    }
}
