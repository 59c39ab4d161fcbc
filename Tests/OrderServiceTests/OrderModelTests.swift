import Contracts
import Foundation
import Testing

@testable import OrderService

/// Visits every state that one order and the services around it can get into, whatever calls and answers are lost,
/// whatever is repeated, late or out of turn, and whoever cancels when.
struct OrderModelTests {
    private static func reachable(hasStock: Bool, cardWorks: Bool) -> Set<OrderWorld> {
        let start = OrderWorld(hasStock: hasStock, cardWorks: cardWorks)
        var seen: Set<OrderWorld> = [start]
        var open = [start]
        while let world = open.popLast() {
            for next in world.successors where seen.insert(next).inserted { open.append(next) }
        }
        return seen
    }

    @Test("When all is quiet, stock and money agree with the order", arguments: [true, false], [true, false])
    func agreement(hasStock: Bool, cardWorks: Bool) {
        let worlds = Self.reachable(hasStock: hasStock, cardWorks: cardWorks)
        #expect(worlds.count > 10)
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
            #expect(agrees, "\(world)")
            if !agrees { return }
        }
        #expect(quiet > 0)
    }

    @Test(
        "From every state there is a way to the end without anybody's help", arguments: [true, false], [true, false])
    func liveness(hasStock: Bool, cardWorks: Bool) {
        for start in Self.reachable(hasStock: hasStock, cardWorks: cardWorks) {
            // Good weather from here on: every call is answered, every message delivered.
            var world = start
            var steps = 0
            while !world.isQuiet, steps < 100 {
                steps += 1
                if let message = world.messages.first {
                    world.messages.remove(message)
                    world.receive(message)
                } else {
                    world.callAndHandle()
                }
            }
            #expect(world.isQuiet, "\(start)")
            if !world.isQuiet { return }
        }
    }

    @Test("No transition leaves the strict state machine, and each is told by its event", arguments: [true, false])
    func strictness(cardWorks: Bool) throws {
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
        for world in Self.reachable(hasStock: true, cardWorks: cardWorks) {
            let before = world.order.process
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
    func cancellation() {
        for world in Self.reachable(hasStock: true, cardWorks: true) {
            for canceller in Canceller.allCases {
                var process = world.order.process
                let granted = (try? process.handle(.cancel(.admin, by: canceller), at: OrderWorld.now)) != nil
                let may: Bool =
                    switch (world.order.status, canceller) {
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
