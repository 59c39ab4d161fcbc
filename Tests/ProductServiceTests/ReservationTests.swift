import Contracts
import Foundation
import Messaging
import PostgreSQL
import ServiceFoundation
import Testing

@testable import ProductService

struct ReservationTests {
    @Test("Of 400 buyers of 100 pieces exactly 100 get one, quickly")
    func oversell() async throws {
        try await Shop.with { shop in
            try await shop.product("HOT", stock: 100)
            let start = ContinuousClock.now
            let outcomes = await withTaskGroup(of: String.self) { group in
                for _ in 0..<400 { group.addTask { await reserve(shop, UUID.v7(), ["HOT": 1]) } }
                return await group.reduce(into: [String: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(outcomes == ["reserved": 100, "insufficient": 300])
            #expect(ContinuousClock.now - start < .seconds(20))
            #expect(try await shop.stock("HOT") == [100, 100])
            #expect(try await shop.events(.inventoryReserved) == 100)
            #expect(try await shop.events(.inventoryReservationFailed) == 300)
            #expect(try await shop.events(.productOutOfStock) == 1)
        }
    }

    @Test("Orders of the same SKUs in any order never deadlock, and get all lines or none")
    func manyLines() async throws {
        try await Shop.with { shop in
            let skus = ["A", "B", "C", "D", "E"]
            for sku in skus { try await shop.product(sku, stock: 60) }
            let reserved = await withTaskGroup(of: [String: Int].self) { group in
                for _ in 0..<120 {
                    group.addTask {
                        let lines = Dictionary(
                            uniqueKeysWithValues: skus.shuffled().prefix(3).map { ($0, Int.random(in: 1...3)) })
                        let outcome = await reserve(shop, UUID.v7(), lines)
                        #expect(outcome == "reserved" || outcome == "insufficient")
                        return outcome == "reserved" ? lines : [:]
                    }
                }
                return await group.reduce(into: [String: Int]()) { $0.merge($1, uniquingKeysWith: +) }
            }
            #expect(!reserved.isEmpty)
            for sku in skus {
                #expect(try await shop.stock(sku) == [60, reserved[sku, default: 0]])
            }
        }
    }

    @Test("A repetition is answered with what is there; other lines for the order are refused")
    func repetition() async throws {
        try await Shop.with { shop in
            try await shop.product("A", stock: 5)
            let order = UUID.v7()
            let request = ReservationRequest(orderID: order, lines: [StockLine(sku: "A", quantity: 2)])
            #expect(try await shop.reservations.reserve(request).isNew)
            #expect(try await !shop.reservations.reserve(request).isNew)
            #expect(try await shop.stock("A") == [5, 2])
            #expect(await reserve(shop, order, ["A": 3]) == "otherLines")
            #expect(try await shop.reservations.settle(order, .commit).status == .committed)
            #expect(try await shop.reservations.settle(order, .commit).status == .committed)
            #expect(try await shop.stock("A") == [3, 0])
            #expect(try await shop.events(.inventoryCommitted) == 1)
        }
    }

    @Test("The same order reserved by twenty callers at once is reserved once")
    func concurrentRepetition() async throws {
        try await Shop.with { shop in
            try await shop.product("A", stock: 50)
            let order = UUID.v7()
            let new = try await withThrowingTaskGroup(of: Bool.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let request = ReservationRequest(orderID: order, lines: [StockLine(sku: "A", quantity: 2)])
                        return try await shop.reservations.reserve(request).isNew
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(new == 1)
            #expect(try await shop.stock("A") == [50, 2])
        }
    }

    @Test("Releasing an order that never reserved closes it to a late reserve")
    func tombstone() async throws {
        try await Shop.with { shop in
            try await shop.product("A", stock: 5)
            let order = UUID.v7()
            #expect(try await shop.reservations.settle(order, .release).status == .released)
            #expect(await reserve(shop, order, ["A": 1]) == "closed")
            #expect(try await shop.stock("A") == [5, 0])
        }
    }

    @Test("Unknown and inactive products cannot be reserved")
    func notForSale() async throws {
        try await Shop.with { shop in
            let id = try await shop.product("A", stock: 5)
            #expect(await reserve(shop, .v7(), ["A": 1, "NONE": 1]) == "unknownSKU")
            try await shop.pool.execute("UPDATE products SET status = 'inactive' WHERE id = \(id)")
            #expect(await reserve(shop, .v7(), ["A": 1]) == "unknownSKU")
            #expect(try await shop.stock("A") == [5, 0])
        }
    }

    @Test("An overdue reservation gives its stock back, once; it can be committed while stock is left")
    func expiry() async throws {
        try await Shop.with(reservationLifetime: -1) { shop in
            try await shop.product("A", stock: 3)
            let order = UUID.v7()
            #expect(await reserve(shop, order, ["A": 2]) == "reserved")
            #expect(try await shop.reservations.expireNext())
            #expect(try await !shop.reservations.expireNext())
            #expect(try await shop.stock("A") == [3, 0])
            #expect(try await shop.events(.inventoryExpired) == 1)
            #expect(await reserve(shop, order, ["A": 2]) == "closed")
            #expect(try await shop.reservations.settle(order, .commit).status == .committed)
            #expect(try await shop.stock("A") == [1, 0])

            let late = UUID.v7()
            #expect(await reserve(shop, late, ["A": 1]) == "reserved")
            #expect(try await shop.reservations.expireNext())
            #expect(await reserve(shop, .v7(), ["A": 1]) == "reserved")
            await #expect(throws: ReservationRefusal.closed) { try await shop.reservations.settle(late, .commit) }
            #expect(try await shop.stock("A") == [1, 1])
        }
    }

    @Test("Whatever is asked at once of a few orders, no piece is lost or doubled")
    func interleavings() async throws {
        try await Shop.with(reservationLifetime: 0) { shop in
            let skus = ["A", "B", "C"]
            for sku in skus { try await shop.product(sku, stock: 20) }
            let orders = (0..<12).map { _ in
                (
                    UUID.v7(),
                    Dictionary(uniqueKeysWithValues: skus.shuffled().prefix(2).map { ($0, Int.random(in: 1...4)) })
                )
            }
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<300 {
                    guard let (order, lines) = orders.randomElement() else { continue }
                    let choice = Int.random(in: 0..<5)
                    group.addTask {
                        switch choice {
                        case 0, 1: _ = await reserve(shop, order, lines)
                        case 2: _ = try? await shop.reservations.settle(order, .commit)
                        case 3: _ = try? await shop.reservations.settle(order, .release)
                        default: _ = try? await shop.reservations.expireNext()
                        }
                    }
                }
            }
            var held: [String: Int] = [:]
            var taken: [String: Int] = [:]
            for (order, _) in orders {
                guard let reservation = try await ReservationStore().reservation(order, in: shop.pool) else { continue }
                for line in reservation.lines {
                    if reservation.status == .active { held[line.sku, default: 0] += line.quantity }
                    if reservation.status == .committed { taken[line.sku, default: 0] += line.quantity }
                }
            }
            for sku in skus {
                #expect(try await shop.stock(sku) == [20 - taken[sku, default: 0], held[sku, default: 0]])
            }
        }
    }

    @Test("Confirmed orders take their stock, cancelled ones give it back, each event in either order")
    func events() async throws {
        try await Shop.with { shop in
            try await shop.product("A", stock: 10)
            let handler = CatalogEvents(reservations: shop.reservations, logger: shop.runtime.logger)
            func tell(_ type: EventType, _ order: UUID) async throws {
                let event = try ReceivedEvent(body: orderEvent(type, order))
                try await shop.pool.transaction { try await handler.handle(event, $0) }
            }
            let order = UUID.v7()
            #expect(await reserve(shop, order, ["A": 4]) == "reserved")
            try await tell(.orderConfirmed, order)
            try await tell(.orderConfirmed, order)
            #expect(try await shop.stock("A") == [6, 0])
            try await tell(.orderCancelled, order)
            try await tell(.orderConfirmed, order)
            #expect(try await shop.stock("A") == [10, 0])

            let early = UUID.v7()
            try await tell(.orderCancelled, early)
            #expect(await reserve(shop, early, ["A": 1]) == "closed")
        }
    }
}

/// How reserving went: `reserved` or the refusal's name.
private func reserve(_ shop: Shop, _ order: UUID, _ lines: [String: Int]) async -> String {
    let request = ReservationRequest(
        orderID: order, lines: lines.map { StockLine(sku: $0.key, quantity: $0.value) })
    do {
        _ = try await shop.reservations.reserve(request)
        return "reserved"
    } catch let refusal as ReservationRefusal {
        return switch refusal {
        case .insufficient: "insufficient"
        case .unknownSKU: "unknownSKU"
        case .closed: "closed"
        case .otherLines: "otherLines"
        case .unknownOrder: "unknownOrder"
        }
    } catch {
        return "\(error)"
    }
}

private func orderEvent(_ type: EventType, _ order: UUID) throws -> [UInt8] {
    let data = OrderEventData(
        orderID: order, orderNumber: "ORD-1", userID: .v7(), status: "confirmed", lines: [], subtotalCents: 0,
        shippingCents: 0, taxCents: 0, totalCents: 0, currency: try #require(Shop.currency))
    let event = CloudEvent(source: .order, type: type, subject: order, correlationID: nil, data: data)
    return [UInt8](try ContractsJSON.encoder().encode(event))
}
