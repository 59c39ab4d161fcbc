import Foundation
import KubernetesClient
import NIOHTTP1
import Testing

extension EndToEnd {
    /// What the shop is for, through its one URL.
    @Suite(.shop(port: 18_080))
    struct PurchaseTests {
        @Test func aCustomerBuysAndIsTold() async throws {
            let shop = try currentShop()
            let buyer = try await Buyer.register(at: shop)
            let products = try await buyer.send(.GET, "/api/v1/products?limit=5&sort=price").expect(200)
            let product = try #require(products["items"]?[0])
            let sku = try #require(product["sku"]?.stringValue)
            let price = try #require(product["price_cents"]?.integerValue)

            _ = try await buyer.send(.PUT, "/api/v1/cart/items/\(sku)", ["quantity": 2]).expect(200)
            let cart = try await buyer.send(.GET, "/api/v1/cart").expect(200)
            #expect(cart["subtotal_cents"]?.integerValue == 2 * price)

            let key = UUID().uuidString
            let body: JSONValue = [
                "address_id": .string(buyer.addressID), "payment": ["method": "credit_card", "token": "tok_visa"],
            ]
            let first = try await buyer.send(.POST, "/api/v1/orders", body, key: key)
            let order = try first.expect(201)
            #expect(order["status"] == "pending")
            #expect(order["subtotal_cents"]?.integerValue == 2 * price)
            let replay = try await buyer.send(.POST, "/api/v1/orders", body, key: key)
            #expect(replay.status == 201)
            #expect(replay.bytes == first.bytes)
            var other = body
            other["notes"] = "something else"
            #expect(try await buyer.send(.POST, "/api/v1/orders", other, key: key).status == 422)

            let id = try #require(order["id"]?.stringValue)
            let settled = try await buyer.settled(id)
            #expect(settled["status"] == "confirmed")
            let paid = try await poll("the capture") {
                let order = try await buyer.send(.GET, "/api/v1/orders/\(id)").expect(200)
                return order["payment_status"] == "captured" ? order : nil
            }
            #expect(paid["total_cents"]?.integerValue == order["total_cents"]?.integerValue)
            let payments = try await buyer.send(.GET, "/api/v1/payments?order_id=\(id)").expect(200)
            #expect(payments["items"]?.arrayValue?.count == 1)
            #expect(payments["items"]?[0]?["amount_cents"] == order["total_cents"])
            #expect(try await buyer.send(.GET, "/api/v1/cart").expect(200)["items"]?.arrayValue?.isEmpty == true)
            let orders = try await buyer.send(.GET, "/api/v1/users/\(buyer.id)/orders").expect(200)
            #expect(orders["items"]?[0]?["id"]?.stringValue == id)

            let templates = try await poll("the mails' log") {
                let answer = try await buyer.send(.GET, "/api/v1/notifications/\(buyer.id)").expect(200)
                let sent = (answer["items"]?.arrayValue ?? []).filter { $0["status"] == "sent" }
                let names = Set(sent.compactMap { $0["template_name"]?.stringValue })
                return names.isSuperset(of: ["welcome", "order_confirmation"]) ? names : nil
            }
            #expect(templates.contains("welcome"))
            let mails = try await poll("the mails themselves") {
                let folder = "\(shop.state)/volumes/default/acme-mailbox"
                let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
                let texts = files.compactMap { try? String(contentsOfFile: "\(folder)/\($0)", encoding: .utf8) }
                let ours = texts.filter { $0.contains(buyer.email) }
                return ours.count >= 2 ? ours : nil
            }
            #expect(mails.allSatisfy { $0.contains("multipart/alternative") })
        }

        @Test func aDeclinedCardCancelsTheOrderAndReleasesTheStock() async throws {
            let shop = try currentShop()
            let admin = try await Buyer.administrator(of: shop, shop.client())
            let sku = try await Catalogue.newProduct(by: admin, stock: 5)
            let buyer = try await Buyer.register(at: shop)
            let order = try await buyer.order(sku.sku, 3, token: "tok_declined").expect(201)
            let settled = try await buyer.settled(try #require(order["id"]?.stringValue))
            #expect(settled["status"] == "cancelled")
            #expect(settled["payment_status"] == "failed")
            try await Catalogue.expectStock(of: sku, onHand: 5, reserved: 0, admin)
            try await poll("the failure's mail") {
                let answer = try await buyer.send(.GET, "/api/v1/notifications/\(buyer.id)").expect(200)
                return answer["items"]?.arrayValue?.contains { $0["template_name"] == "payment_failed" } == true
                    ? true : nil
            }
        }

        @Test func anAdministratorCancelsAConfirmedOrderAndTheMoneyReturns() async throws {
            let shop = try currentShop()
            let admin = try await Buyer.administrator(of: shop, shop.client())
            let sku = try await Catalogue.newProduct(by: admin, stock: 5)
            let buyer = try await Buyer.register(at: shop)
            let id = try #require(try await buyer.order(sku.sku, 2).expect(201)["id"]?.stringValue)
            #expect(try await buyer.settled(id)["status"] == "confirmed")
            try await Catalogue.expectStock(of: sku, onHand: 3, reserved: 0, admin)
            #expect(try await admin.send(.POST, "/api/v1/orders/\(id)/cancel").status == 200)
            let refunded = try await poll("the refund") {
                let order = try await buyer.send(.GET, "/api/v1/orders/\(id)").expect(200)
                return order["payment_status"] == "refunded" ? order : nil
            }
            #expect(refunded["status"] == "cancelled")
            try await Catalogue.expectStock(of: sku, onHand: 5, reserved: 0, admin)
        }

        @Test func shippedAndDeliveredFollowTheStrictOrder() async throws {
            let shop = try currentShop()
            let admin = try await Buyer.administrator(of: shop, shop.client())
            let sku = try await Catalogue.newProduct(by: admin, stock: 5)
            let buyer = try await Buyer.register(at: shop)
            let id = try #require(try await buyer.order(sku.sku, 1).expect(201)["id"]?.stringValue)
            #expect(try await buyer.settled(id)["status"] == "confirmed")
            #expect(try await admin.send(.PUT, "/api/v1/orders/\(id)/status", ["status": "delivered"]).status == 409)
            #expect(try await buyer.send(.PUT, "/api/v1/orders/\(id)/status", ["status": "shipped"]).status == 403)
            try await poll("the order to be paid for and packed") {
                let order = try await buyer.send(.GET, "/api/v1/orders/\(id)").expect(200)
                return order["fulfillment_status"] == "processing" ? true : nil
            }
            _ = try await admin.send(.PUT, "/api/v1/orders/\(id)/status", ["status": "shipped"]).expect(200)
            let delivered = try await admin.send(.PUT, "/api/v1/orders/\(id)/status", ["status": "delivered"]).expect(
                200)
            #expect(delivered["status"] == "delivered")
            #expect(try await admin.send(.POST, "/api/v1/orders/\(id)/cancel").status == 409)
        }

        @Test func badInputIsTheClientsErrorNeverOurs() async throws {
            let shop = try currentShop()
            let buyer = try await Buyer.register(at: shop)
            let stranger = try await Buyer.register(at: shop)
            var nobody = Buyer(shop)
            #expect(try await nobody.send(.GET, "/api/v1/cart").status == 401)
            nobody.token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."
            #expect(try await nobody.send(.GET, "/api/v1/cart").status == 401)
            #expect(try await stranger.send(.GET, "/api/v1/users/\(buyer.id)").status == 403)
            let malformed: [(String, String, ClosedRange<Int>)] = [
                ("/api/v1/orders", "{", 400...400),
                ("/api/v1/orders", #"{"address_id":5}"#, 400...422),
                ("/api/v1/auth/register", #"{"email":"nonsense","password":"x"}"#, 400...422),
                ("/api/v1/auth/login", "[]", 400...422),
            ]
            for (path, body, statuses) in malformed {
                let answer = try await buyer.send(.POST, path, bytes: Array(body.utf8), key: UUID().uuidString)
                #expect(statuses.contains(answer.status), "\(path) \(body): \(answer.status)")
                #expect(answer.headers.first(name: "Content-Type")?.hasPrefix("application/problem+json") == true)
                #expect(answer.json["code"]?.stringValue != nil)
            }
            let large = Array(repeating: UInt8(ascii: " "), count: (1 << 20) + 1)
            #expect(try await buyer.send(.POST, "/api/v1/orders", bytes: large, key: "large").status == 413)
            #expect(try await buyer.send(.GET, "/api/v1/products?limit=101").status == 400)
            #expect(try await buyer.send(.GET, "/api/v1/products?limit=100").status == 200)
            #expect(try await buyer.send(.GET, "/api/v1/orders/not-an-id").status == 400)
            #expect(try await buyer.send(.GET, "/api/v1/orders/\(UUID().uuidString)").status == 404)
            #expect(try await buyer.send(.GET, "/api/v1/nothing").status == 404)
            #expect(try await buyer.send(.POST, "/api/v1/products", ["sku": "X"]).status == 403)
        }
    }
}
