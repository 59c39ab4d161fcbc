import Contracts
import Foundation
import Testing

@testable import OrderService

/// Visits every state that one order and the services around it can get into, whatever calls and answers are lost,
/// whatever is repeated, late or out of turn, and whoever cancels when.
struct OrderModelTests {
    /// All worlds that can come of a shop with or without stock, and a card that works or does not.
    private static let worlds: [[Bool]: Set<OrderWorld>] = {
        var worlds: [[Bool]: Set<OrderWorld>] = [:]
        for hasStock in [true, false] {
            for cardWorks in [true, false] {
                worlds[[hasStock, cardWorks]] = explore(from: OrderWorld(hasStock: hasStock, cardWorks: cardWorks))
            }
        }
        return worlds
    }()

    private static func explore(from start: OrderWorld) -> Set<OrderWorld> {
        var seen: Set<OrderWorld> = [start]
        var open = [start]
        while let world = open.popLast() {
            for next in world.successors where seen.insert(next).inserted { open.append(next) }
        }
        return seen
    }

    private static func reachable(hasStock: Bool, cardWorks: Bool) throws -> Set<OrderWorld> {
        let worlds = try #require(worlds[[hasStock, cardWorks]])
        try #require(worlds.count > 100)
        return worlds
    }

    /// The states the order itself can be in.
    private static func orders() throws -> Set<OrderWorld.Face> {
        try Set([true, false].flatMap { try reachable(hasStock: true, cardWorks: $0).map(\.order) })
    }

    @Test("When all is quiet, stock and money agree with the order", arguments: [true, false], [true, false])
    func agreement(hasStock: Bool, cardWorks: Bool) throws {
        let worlds = try Self.reachable(hasStock: hasStock, cardWorks: cardWorks)
        var quiet = 0
        for world in worlds where world.isQuiet {
            quiet += 1
            let agrees: Bool
            switch world.order.status {
            case .cancelled:
                agrees =
                    (world.reservation == .released || world.reservation == .none)
                    && world.payment != .authorized && world.payment != .captured
                    && [.failed, .voided, .refunded].contains(world.order.payment)
                    && (world.payment != .refunded
                        || (world.order.payment == .refunded && world.order.refund == .processed))
            case .confirmed, .shipped, .delivered:
                agrees =
                    world.reservation == .committed && world.payment == .captured && world.order.payment == .captured
                    && world.order.refund == .none && cardWorks
            case .pending: agrees = false
            }
            try #require(agrees, "\(world)")
        }
        #expect(quiet > 0)
    }

    @Test(
        "From every state there is a way to the end without anybody's help", arguments: [true, false], [true, false])
    func liveness(hasStock: Bool, cardWorks: Bool) throws {
        for start in try Self.reachable(hasStock: hasStock, cardWorks: cardWorks) {
            // Good weather from here on: every call is answered, every message delivered.
            var world = start
            var steps = 0
            while !world.isQuiet, steps < 100 {
                steps += 1
                world.settleNetwork()
                if world.order.step != .done { world.callAndHandle() }
            }
            if !world.isQuiet { try #require(world.isQuiet, "\(start)") }
        }
    }

    @Test("No transition leaves the strict state machine, and each is told by its event")
    func strictness() throws {
        let allowed: [OrderStatus: Set<OrderStatus>] = [
            .pending: [.confirmed, .cancelled], .confirmed: [.shipped, .cancelled],
            .shipped: [.delivered, .cancelled], .delivered: [], .cancelled: [],
        ]
        let told: [OrderStatus: EventType] = [
            .confirmed: .orderConfirmed, .shipped: .orderShipped, .delivered: .orderDelivered,
            .cancelled: .orderCancelled,
        ]
        let events: [OrderEvent] =
            [
                .reserved, .reservationRefused(.outOfStock), .authorized, .paymentFailed, .paymentClosed, .captured,
                .committed, .commitRefused, .shipmentCreated, .released, .unavailable, .reservationExpired,
                .paymentVoided, .refunded(full: true), .refunded(full: false), .ship, .deliver,
            ] + PaymentStatus.allCases.map { .paymentCancelled($0) }
            + Canceller.allCases.map { .cancel(.customerRequest, by: $0) }
        for order in try Self.orders() {
            let before = order.process
            for event in events {
                var after = before
                let types: [EventType]
                do {
                    types = try after.handle(event, at: OrderWorld.now)
                } catch {
                    #expect(after == before, "a refused wish changes nothing")
                    continue
                }
                if after.status == before.status {
                    #expect(!types.contains { told.values.contains($0) }, "\(event) in \(before)")
                } else {
                    let goes = allowed[before.status]?.contains(after.status) == true
                    #expect(goes, "\(before.status) to \(after.status) by \(event)")
                    #expect(types.filter { told.values.contains($0) } == [try #require(told[after.status])])
                }
            }
        }
    }

    @Test("Customers cancel only what is pending, nobody what is final")
    func cancellation() throws {
        for order in try Self.orders() {
            for canceller in Canceller.allCases {
                var process = order.process
                let granted = (try? process.handle(.cancel(.admin, by: canceller), at: OrderWorld.now)) != nil
                let may: Bool =
                    switch (order.status, canceller) {
                    case (.pending, _), (.confirmed, .admin), (.shipped, .admin): true
                    default: false
                    }
                #expect(granted == may)
            }
        }
    }

    @Test("Calls without an answer are repeated ever more slowly, then given up before anything is confirmed")
    func patience() throws {
        let start = OrderWorld.now
        var process = OrderProcess(startingAt: start)
        var now = start
        var delays: [TimeInterval] = []
        while process.saga.step == .reserve, delays.count < 200 {
            _ = try process.handle(.unavailable, at: now)
            delays.append(process.saga.due.timeIntervalSince(now))
            now = max(process.saga.due, now)
        }
        #expect(process.saga.step == .release)
        #expect(delays.dropLast() == delays.dropLast().sorted()[...])
        #expect(delays.max() ?? 0 <= 30)
        #expect(now.timeIntervalSince(start) >= Saga.patience)
        #expect(try process.handle(.released, at: now) == [.orderCancelled])
        #expect(process.cancelReason == .unavailable)
    }
}
