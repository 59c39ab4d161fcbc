import Contracts
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import PostgreSQL
import ServiceFoundation
import Testing

@testable import OrderService

struct OrderRouteTests {
    @Test("An order is seen by its buyer, by support and by admins, and by nobody else")
    func visibility() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 5)
            let customer = try await market.customer()
            let order = try await market.placed(customer, items: ["A": 1])
            for (headers, status) in [
                (customer, 200), (try await market.customer(role: .admin), 200),
                (try await market.customer(role: .support), 200), (try await market.customer(), 403), ([:], 401),
            ] as [(HTTPFields, Int)] {
                for path in ["", "/shipments"] {
                    let answer = try await market.client.execute(
                        uri: "/api/v1/orders/\(order.text)\(path)", method: .get, headers: headers)
                    #expect(answer.status.code == status)
                }
            }
            let stranger = try await market.client.execute(
                uri: "/api/v1/orders/\(order.text)/cancel", method: .post, headers: try await market.customer())
            #expect(stranger.status == .forbidden)
            let unknown = try await market.client.execute(
                uri: "/api/v1/orders/\(UUID.v7().text)", method: .get, headers: customer)
            #expect(unknown.status == .notFound)
        }
    }

    @Test("Lists page through everything once, newest first, filtered by status, date and user")
    func lists() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 50)
            let user = UUID.v7()
            let customer = try await market.customer(user)
            let admin = try await market.customer(role: .admin)
            var placed: [String] = []
            for index in 0..<7 {
                placed.append(
                    try await market.placed(customer, items: ["A": 1], token: index < 2 ? "tok_declined" : "tok_visa")
                        .text)
            }
            _ = try await market.placed(try await market.customer(), items: ["A": 1])
            try await market.settle()
            func ids(_ headers: HTTPFields, _ query: String) async throws -> [String] {
                var seen: [String] = []
                var cursor = ""
                repeat {
                    let page = try await market.client.execute(
                        uri: "/api/v1/orders?limit=3&\(query)&cursor=\(cursor)", method: .get, headers: headers)
                    seen += try page.items.compactMap { $0["id"] as? String }
                    cursor = try page.json["next_cursor"] as? String ?? ""
                } while !cursor.isEmpty && seen.count < 50
                return seen
            }
            #expect(try await ids(customer, "") == placed.reversed())
            #expect(try await ids(customer, "status=cancelled") == [placed[1], placed[0]])
            #expect(try await ids(customer, "from=2100-01-01T00:00:00Z").isEmpty)
            #expect(try await ids(customer, "to=2100-01-01T00:00:00Z").count == 7)
            #expect(try await ids(admin, "").count == 8)
            #expect(try await ids(admin, "user_id=\(user.text)").count == 7)
            let foreign = try await market.client.execute(
                uri: "/api/v1/orders?user_id=\(user.text)", method: .get, headers: try await market.customer())
            #expect(foreign.status == .forbidden)
            try await ServiceApplications.internalApplication(market.ordering, market.runtime, caller: .user)
                .test(.router) { client in
                    let list = try await client.execute(uri: "/internal/v1/users/\(user.text)/orders", method: .get)
                    #expect(try list.items.count == 7)
                }
            try await ServiceApplications.internalApplication(market.ordering, market.runtime, caller: .product)
                .test(.router) { client in
                    let list = try await client.execute(uri: "/internal/v1/users/\(user.text)/orders", method: .get)
                    #expect(list.status == .forbidden)
                }
        }
    }

    @Test("An admin ships and delivers; every other way is an invalid transition")
    func shipping() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 5)
            let customer = try await market.customer()
            let admin = try await market.customer(role: .admin)
            let order = try await market.placed(customer, items: ["A": 1])
            func set(_ body: String, _ headers: HTTPFields) async throws -> TestResponse {
                try await market.client.execute(
                    uri: "/api/v1/orders/\(order.text)/status", method: .put, headers: headers,
                    body: ByteBuffer(string: body))
            }
            #expect(try await set(#"{"status":"shipped"}"#, customer).status == .forbidden)
            #expect(try await set(#"{"status":"shipped"}"#, admin).code == "invalid_transition")
            try await market.settle()
            #expect(try await set(#"{"status":"delivered"}"#, admin).code == "invalid_transition")
            #expect(try await set(#"{"status":"confirmed"}"#, admin).code == "invalid_transition")
            #expect(try await set(#"{"status":"lost"}"#, admin).status == .unprocessableContent)
            let shipped = try await set(
                #"{"status":"shipped","tracking_number":"1Z999","carrier":"ups"}"#, admin)
            #expect(shipped.status == .ok)
            #expect(try shipped.json["tracking_number"] as? String == "1Z999")
            #expect(try await set(#"{"status":"shipped"}"#, admin).code == "invalid_transition")
            #expect(try await set(#"{"status":"delivered"}"#, admin).json["status"] as? String == "delivered")
            #expect(try await set(#"{"status":"cancelled"}"#, admin).code == "invalid_transition")
            let shipments = try await market.client.execute(
                uri: "/api/v1/orders/\(order.text)/shipments", method: .get, headers: customer)
            let parcel = try #require(try shipments.items.first)
            #expect(parcel["carrier"] as? String == "ups")
            let events = try #require(parcel["events"] as? [[String: Any]])
            #expect(events.compactMap { $0["status"] as? String } == ["created", "in_transit", "delivered"])
            #expect(try await market.count(.orderShipped) == 1)
            #expect(try await market.count(.orderDelivered) == 1)
        }
    }

    @Test("A shipped order that comes back before delivery is refunded and restocked")
    func returned() async throws {
        try await Market.with { market in
            try await market.warehouse.add("A", stock: 5)
            let admin = try await market.customer(role: .admin)
            let order = try await market.placed(try await market.customer(), items: ["A": 2])
            try await market.settle()
            for status in ["shipped", "cancelled"] {
                let answer = try await market.client.execute(
                    uri: "/api/v1/orders/\(order.text)/status", method: .put, headers: admin,
                    body: ByteBuffer(string: #"{"status":"\#(status)"}"#))
                #expect(answer.status == .ok)
            }
            try await market.settle()
            let done = try await market.read(order)
            #expect(done.process.cancelReason == .returned)
            #expect(done.process.fulfillment == .returned)
            #expect(done.process.refund == .processed)
            #expect(try await market.warehouse.stock("A") == [5, 0])
        }
    }
}
