import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing

@testable import OrderService

struct CartTests {
    @Test("Lines are put, changed and removed, checked against the catalogue")
    func lines() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 5)
            let customer = try await market.customer()
            #expect(try await market.put("A", 2, customer).json["subtotal_cents"] as? Int == 2000)
            #expect(try await market.put("A", 3, customer).json["subtotal_cents"] as? Int == 3000)
            #expect(try await market.put("A", 6, customer).code == "insufficient_stock")
            #expect(try await market.put("B", 1, customer).status == .notFound)
            for quantity in [0, -1, 1000] {
                #expect(try await market.put("A", quantity, customer).status == .unprocessableContent)
            }
            let removed = try await market.client.execute(
                uri: "/api/v1/cart/items/A", method: .delete, headers: customer)
            #expect(try removed.items.isEmpty)
            _ = try await market.put("A", 1, customer)
            let cleared = try await market.client.execute(uri: "/api/v1/cart", method: .delete, headers: customer)
            #expect(cleared.status == .noContent)
            let cart = try await market.client.execute(uri: "/api/v1/cart", method: .get, headers: customer)
            #expect(try cart.items.isEmpty)
        }
    }

    @Test("A guest's cart follows its session and is taken over when signing in")
    func guest() async throws {
        try await Market.with { market in
            for sku in ["A", "B", "C"] { try await market.warehouse.add(sku, stock: 50) }
            let session = UUID().uuidString
            let guest: HTTPFields = [.contentType: "application/json", CartRoutes.sessionHeader: session]
            #expect(try await market.put("A", 5, guest).status == .ok)
            #expect(try await market.put("B", 1, guest).status == .ok)
            let nobody = try await market.client.execute(uri: "/api/v1/cart", method: .get)
            #expect(nobody.status == .unauthorized)
            let other = try await market.client.execute(
                uri: "/api/v1/cart", method: .get, headers: [CartRoutes.sessionHeader: UUID().uuidString])
            #expect(try other.items.isEmpty)
            let customer = try await market.customer()
            _ = try await market.put("B", 3, customer)
            _ = try await market.put("C", 1, customer)
            var both = customer
            both[CartRoutes.sessionHeader] = session
            let merged = try await market.client.execute(uri: "/api/v1/cart", method: .get, headers: both)
            let lines = try merged.items.map { "\($0["sku"] ?? "") \($0["quantity"] ?? 0)" }
            #expect(lines == ["A 5", "B 3", "C 1"])
            let left = try await market.client.execute(uri: "/api/v1/cart", method: .get, headers: guest)
            #expect(try left.items.isEmpty)
        }
    }

    @Test("Taking what was ordered leaves what was added meanwhile")
    func take() async throws {
        try await Market.with { market in
            let carts = CartStore(redis: market.redis, lifetime: { 60 })
            let owner = CartOwner.user(.v7())
            for (sku, quantity) in [("A", 5), ("B", 2), ("C", 1)] {
                #expect(
                    try await carts.put(
                        CartItem(sku: sku, quantity: quantity, priceCents: 1, name: "n:\(sku)"), into: owner))
            }
            try await carts.take([("A", 3), ("B", 2), ("Z", 9)], from: owner)
            let items = try await carts.items(of: owner)
            #expect(items.map(\.sku) == ["A", "C"])
            #expect(items.first?.quantity == 2)
            #expect(items.first?.name == "n:A")
        }
    }

    @Test("A cart holds at most a hundred products, even when many are put in at once")
    func full() async throws {
        try await Market.with { market in
            let carts = CartStore(redis: market.redis, lifetime: { 60 })
            let owner = CartOwner.session(UUID())
            let accepted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<120 {
                    group.addTask {
                        try await carts.put(
                            CartItem(sku: "S\(index)", quantity: 1, priceCents: 1, name: "n"), into: owner)
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(accepted == 100)
            #expect(try await carts.items(of: owner).count == 100)
        }
    }
}
