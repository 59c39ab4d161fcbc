import Foundation
import KubernetesClient
import NIOHTTP1
import Testing

extension EndToEnd {
    /// Nothing is lost, doubled or stuck, whatever is killed.
    @Suite(.shop(port: 18_081))
    struct FaultTests {
        @Test func aHundredPiecesAndFourHundredBuyersMakeAHundredOrders() async throws {
            let shop = try currentShop()
            let admin = try await Buyer.administrator(of: shop, shop.client())
            let product = try await Catalogue.newProduct(by: admin, stock: 100)
            let buyers = try await Self.register(16, at: shop)
            let orders = try await Self.place(400, of: product, by: buyers)
            #expect(orders.count == 400)
            let statuses = try await Self.settle(orders)
            #expect(statuses["confirmed"] == 100)
            #expect(statuses["cancelled"] == 300)
            try await Catalogue.expectStock(of: product, onHand: 0, reserved: 0, admin)
        }

        @Test(arguments: ["order-service", "payment-service", "product-service", "storefront-operator"])
        func aKilledProcessLosesNoOrder(program: String) async throws {
            let shop = try currentShop()
            let admin = try await Buyer.administrator(of: shop, shop.client())
            let product = try await Catalogue.newProduct(by: admin, stock: 200)
            let buyers = try await Self.register(4, at: shop)
            let orders = try await withThrowingTaskGroup(of: [(Buyer, String)].self) { group in
                group.addTask { try await Self.place(60, of: product, by: buyers, retrying: true) }
                group.addTask {
                    try await poll("orders to be on their way") {
                        let list = try await admin.send(.GET, "/api/v1/orders?limit=5&status=pending")
                        return list.status == 200 && list.json["items"]?.arrayValue?.isEmpty == false ? true : nil
                    }
                    let pids = shop.processes(named: program)
                    #expect(!pids.isEmpty)
                    for pid in pids { Glibc.kill(pid, SIGKILL) }
                    return []
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(Set(orders.map(\.1)).count == 60)
            let statuses = try await Self.settle(orders, limit: .seconds(120))
            #expect(statuses["pending"] == nil)
            let confirmed = statuses["confirmed"] ?? 0
            #expect(confirmed + (statuses["cancelled"] ?? 0) == 60)
            #expect(confirmed > 0)
            try await Catalogue.expectStock(of: product, onHand: 200 - confirmed, reserved: 0, admin)
            try await Self.expectMoney(orders, admin)
            try await Self.expectReady(shop)
        }

        @Test(arguments: ["beam.smp", "postgres"])
        func aKilledServerLosesNoOrder(program: String) async throws {
            let shop = try currentShop()
            let admin = try await Buyer.administrator(of: shop, shop.client())
            let product = try await Catalogue.newProduct(by: admin, stock: 50)
            let buyers = try await Self.register(2, at: shop)
            let before = try await Self.place(10, of: product, by: buyers, retrying: true)
            for pid in shop.processes(named: program) { Glibc.kill(pid, SIGKILL) }
            let after = try await Self.place(10, of: product, by: buyers, retrying: true)
            let orders = before + after
            #expect(Set(orders.map(\.1)).count == 20)
            let statuses = try await Self.settle(orders, limit: .seconds(150))
            #expect(statuses == ["confirmed": 20])
            try await Catalogue.expectStock(of: product, onHand: 30, reserved: 0, admin)
            try await Self.expectMoney(orders, admin)
            try await Self.expectReady(shop)
        }

        private static func register(_ count: Int, at shop: RunningShop) async throws -> [Buyer] {
            try await withThrowingTaskGroup(of: Buyer.self) { group in
                for _ in 0..<count { group.addTask { try await Buyer.register(at: shop) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
        }

        /// So many orders of one piece at once; with the key kept, an unclear answer is asked again until it is clear.
        private static func place(
            _ count: Int, of product: Catalogue.Product, by buyers: [Buyer], retrying: Bool = false
        ) async throws -> [(Buyer, String)] {
            try await withThrowingTaskGroup(of: (Buyer, String)?.self) { group in
                for number in 0..<count {
                    let buyer = buyers[number % buyers.count]
                    let key = UUID().uuidString
                    group.addTask {
                        try await poll(limit: .seconds(90), "an order to be taken") {
                            let answer: Answer
                            do {
                                answer = try await buyer.order(product.sku, 1, key: key)
                            } catch  where retrying {
                                return nil
                            }
                            if answer.status == 201, let id = answer.json["id"]?.stringValue { return (buyer, id) }
                            // In flight (the first try is still at work) or unavailable: ask again with the same key.
                            guard retrying, answer.status == 409 || answer.status >= 500 else {
                                throw Failure("\(answer.status): \(String(decoding: answer.bytes, as: UTF8.self))")
                            }
                            return nil
                        }
                    }
                }
                return try await group.reduce(into: []) { if let order = $1 { $0.append(order) } }
            }
        }

        private static func settle(
            _ orders: [(Buyer, String)], limit: Duration = .seconds(90)
        ) async throws -> [String: Int] {
            var counts: [String: Int] = [:]
            for (buyer, id) in orders {
                let status = try await buyer.settled(id, limit: limit)["status"]?.stringValue ?? "?"
                counts[status, default: 0] += 1
            }
            return counts
        }

        /// Every confirmed order is captured once and in full; every cancelled one holds no money.
        private static func expectMoney(_ orders: [(Buyer, String)], _ admin: Buyer) async throws {
            for (_, id) in orders {
                try await poll(limit: .seconds(60), "the money of order \(id)") {
                    let order = try await admin.send(.GET, "/api/v1/orders/\(id)").expect(200)
                    let payments = try await admin.send(.GET, "/api/v1/payments?order_id=\(id)").expect(200)
                    let items = payments["items"]?.arrayValue ?? []
                    guard items.count <= 1 else { throw Failure("order \(id) has \(items.count) payments") }
                    if order["status"] == "confirmed" {
                        return items.first?["status"] == "captured"
                            && items.first?["amount_cents"] == order["total_cents"] ? true : nil
                    }
                    let held: Set<JSONValue?> = ["authorized", "captured", "pending"]
                    return held.contains(items.first?["status"]) ? nil : true
                }
            }
        }

        private static func expectReady(_ shop: RunningShop) async throws {
            let client = try await shop.client()
            let kind = ResourceKind(
                group: "storefront.dev", version: "v1alpha1", plural: "storefronts", kind: "Storefront")
            try await poll(limit: .seconds(90), "the Storefront to be Ready again") {
                let conditions = try await client.get(kind, "acme", namespace: "default")["status", "conditions"]
                return conditions?.arrayValue?.contains { $0["type"] == "Ready" && $0["status"] == "True" } == true
                    ? true : nil
            }
        }
    }
}
