import Contracts
import Foundation
import HTTPTypes
import Messaging
import PostgreSQL
import ServiceFoundation
import TestServers
import Testing

@testable import PaymentService

@Suite struct CaptureAndCancelTests {
    @Test func capturingIsIdempotent() async throws {
        try await World.with { world in
            let order = UUID.v7()
            _ = try await world.authorize(order)
            for _ in 0..<3 {
                let answer = try await world.capture(order)
                #expect(answer.status == 200 && answer.text("status") == "captured")
            }
            #expect(try await world.books() == .init(charges: 1, held: 0, captured: 1000, refunded: 0))
            #expect(try await world.events() == [.paymentAuthorized, .paymentCaptured])
        }
    }

    @Test func manyCapturesAndConfirmationsAtOnceCaptureOnce() async throws {
        try await World.with { world in
            let order = UUID.v7()
            _ = try await world.authorize(order)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<6 { group.addTask { _ = try await world.capture(order) } }
                for _ in 0..<4 {
                    group.addTask { try await world.deliver(try world.event(.orderConfirmed, order)) }
                }
                try await group.waitForAll()
            }
            #expect(try await world.capture(order).text("status") == "captured")
            #expect(try await world.books() == .init(charges: 1, held: 0, captured: 1000, refunded: 0))
            #expect(try await world.events() == [.paymentAuthorized, .paymentCaptured])
        }
    }

    @Test func cancellingReleasesOrRefunds() async throws {
        try await World.with { world in
            let held = UUID.v7()
            _ = try await world.authorize(held)
            for _ in 0..<2 { #expect(try await world.cancel(held).text("status") == "voided") }
            let taken = UUID.v7()
            _ = try await world.authorize(taken)
            _ = try await world.capture(taken)
            for _ in 0..<2 { #expect(try await world.cancel(taken).text("status") == "refunded") }
            #expect(try await world.books() == .init(charges: 2, held: 0, captured: 1000, refunded: 1000))
            #expect(
                try await world.events() == [
                    .paymentAuthorized, .paymentVoided, .paymentAuthorized, .paymentCaptured, .refundProcessed,
                ])
            let late = try await world.capture(held)
            #expect(late.status == 409 && late.text("code") == "payment_closed")
        }
    }

    @Test func anOrderCancelledBeforeItsPaymentStaysWithoutOne() async throws {
        try await World.with { world in
            let order = UUID.v7()
            let closed = try await world.cancel(order)
            #expect(closed.status == 200 && closed.text("status") == "voided")
            let late = try await world.authorize(order)
            #expect(late.status == 409 && late.text("code") == "payment_closed")
            #expect(try await world.books().charges == 0)
            #expect(try await world.events().isEmpty)
        }
    }

    @Test(arguments: 0..<5) func authorizingAndCancellingAtOnceLeavesNothingHeld(_: Int) async throws {
        try await World.with { world in
            let order = UUID.v7()
            async let authorized = world.authorize(order)
            async let cancelled = world.cancel(order)
            let answers = try await (authorized, cancelled)
            #expect([201, 409].contains(answers.0.status))
            #expect(answers.1.status == 200)
            #expect(try await world.cancel(order).text("status") == "voided")
            let books = try await world.books()
            #expect(books.held == 0 && books.captured == 0)
        }
    }

    @Test(arguments: 0..<5) func capturingAndCancellingAtOnceLeavesTheMoneyWithTheCustomer(_: Int) async throws {
        try await World.with { world in
            let order = UUID.v7()
            _ = try await world.authorize(order)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask { _ = try await world.capture(order) }
                    group.addTask { _ = try await world.cancel(order) }
                    group.addTask { try await world.deliver(try world.event(.orderCancelled, order)) }
                }
                try await group.waitForAll()
            }
            let answer = try await world.cancel(order)
            #expect(["voided", "refunded"].contains(answer.text("status")))
            let books = try await world.books()
            #expect(books.charges == 1 && books.held == 0 && books.captured == books.refunded)
        }
    }

    @Test func aFailedCaptureReleasesTheHoldAndTells() async throws {
        try await World.with { world in
            let order = UUID.v7()
            _ = try await world.authorize(order, token: "tok_capture_fails")
            let answer = try await world.capture(order)
            #expect(answer.status == 200)
            #expect(answer.text("status") == "failed" && answer.text("failure_code") == "capture_failed")
            #expect(try await world.books() == .init(charges: 1, held: 0, captured: 0, refunded: 0))
            #expect(try await world.events() == [.paymentAuthorized, .paymentFailed])
            #expect(try await world.cancel(order).text("status") == "failed")
        }
    }

    @Test func theDatabaseItselfRefusesWrongSums() async throws {
        try await World.with { world in
            let order = UUID.v7()
            _ = try await world.authorize(order)
            for change: SQL in ["captured_cents = 1001", "refunded_cents = 1", "authorized_cents = 1001"] {
                await #expect(throws: PostgresError.self) {
                    try await world.pool.execute("UPDATE payments SET \(change)")
                }
            }
        }
    }
}
