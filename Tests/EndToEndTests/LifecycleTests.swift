import Foundation
import KubernetesClient
import NIOHTTP1
import Testing

extension EndToEnd {
    /// Starting, stopping, being killed, and two at once.
    @Suite struct LifecycleTests {
        @Test func stoppingLeavesNothingBehindAndTheDataStays() async throws {
            let shop = RunningShop(port: 18_083)
            do {
                try await shop.up()
                let buyer = try await Buyer.register(at: shop)
                let admin = try await Buyer.administrator(of: shop, shop.client())
                let product = try await Catalogue.newProduct(by: admin, stock: 9)
                let id = try #require(try await buyer.order(product.sku, 2).expect(201)["id"]?.stringValue)
                #expect(try await buyer.settled(id)["status"] == "confirmed")

                #expect(try await shop.interrupt() < .seconds(10))
                #expect(shop.processes(named: nil).isEmpty)

                try await shop.up()
                #expect(try await buyer.send(.GET, "/api/v1/orders/\(id)").expect(200)["status"] == "confirmed")

                try await shop.kill()
                try await shop.up()
                #expect(try await buyer.send(.GET, "/api/v1/orders/\(id)").expect(200)["status"] == "confirmed")
                try await Catalogue.expectStock(of: product, onHand: 7, reserved: 0, admin)
                _ = try await shop.interrupt()
                #expect(shop.processes(named: nil).isEmpty)
            } catch {
                await shop.down()
                throw error
            }
            await shop.down()
        }

        @Test func twoShopsRunSideBySide() async throws {
            let one = RunningShop(port: 18_084)
            let two = RunningShop(port: 18_085)
            do {
                try await one.up()
                try await two.up()
                let buyer = try await Buyer.register(at: one)
                var same = buyer
                same = Buyer(two)
                same.token = buyer.token
                #expect(try await buyer.send(.GET, "/api/v1/users/\(buyer.id)").status == 200)
                #expect(try await same.send(.GET, "/api/v1/users/\(buyer.id)").status == 401)
            } catch {
                await one.down()
                await two.down()
                throw error
            }
            await one.down()
            await two.down()
        }
    }
}
