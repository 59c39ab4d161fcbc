import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Messaging
import PodEnvironment
import PostgreSQL
import ServiceFoundation
import TestServers
import Testing

@testable import NotificationService

/// The notification service on a fresh database, with a mailbox folder of its own.
struct World: Sendable {
    let shop: TestService<NotificationService>
    let ann = UserEventData(
        userID: .v7(), email: "ann@example.com", firstName: "Ann", lastName: "Lee", role: .customer, version: 1)
    let admin = UserEventData(
        userID: .v7(), email: "admin@localhost", firstName: "Shop", lastName: "Admin", role: .admin, version: 1)
    let order = UUID.v7()

    var pool: PostgresPool { shop.pool }
    var worker: DeliveryWorker { shop.service.worker }
    var mailbox: URL { URL(filePath: shop.runtime.environment.path(PodLayout.mailboxDirectory)) }

    static func with(
        notification: NotificationConfiguration = NotificationConfiguration(from: "Acme Shop <shop@acme.example>"),
        _ body: @Sendable (World) async throws -> Void
    ) async throws {
        try await TestService<NotificationService>.with(configure: { $0.notification = notification }) { shop in
            try await body(World(shop: shop))
        }
    }

    // MARK: - Events

    func user(_ type: EventType, _ data: UserEventData) -> CloudEvent<UserEventData> {
        CloudEvent(source: .user, type: type, subject: data.userID, correlationID: "test", data: data)
    }

    func order(_ type: EventType) throws -> CloudEvent<OrderEventData> {
        CloudEvent(
            source: .order, type: type, subject: order, correlationID: "test",
            data: OrderEventData(
                orderID: order, orderNumber: "ORD-20261121-0001", userID: ann.userID, status: "pending",
                lines: [OrderEventLine(productID: .v7(), sku: "MUG-1", name: "Mug", quantity: 1, unitPriceCents: 1000)],
                subtotalCents: 1000, shippingCents: 0, taxCents: 0, totalCents: 1000, currency: try Self.usd,
                trackingNumber: "T-1", trackingURL: "https://track.example/T-1"))
    }

    func payment(_ type: EventType) throws -> CloudEvent<PaymentEventData> {
        CloudEvent(
            source: .payment, type: type, subject: order, correlationID: "test",
            data: PaymentEventData(
                paymentID: .v7(), orderID: order, userID: ann.userID, amountCents: 1000, currency: try Self.usd,
                status: "failed", failureCode: "card_declined"))
    }

    static var usd: Currency {
        get throws { try #require(Currency(rawValue: "USD")) }
    }

    /// Ann registers.
    func meetAnn() async throws { try await shop.deliver(user(.userRegistered, ann)) }

    /// Sends everything that is due.
    func sendAll() async { while await worker.sweep() > 0 {} }

    /// Makes every retry due now.
    func passTime() async throws { try await pool.execute("UPDATE notifications SET next_attempt_at = now()") }

    // MARK: - What there is

    struct Sent: Equatable {
        var template: String
        var recipient: String
        var status: NotificationStatus
    }

    /// The log, oldest first.
    func log() async throws -> [Sent] {
        try await pool.query("SELECT template_name, recipient, status FROM notifications ORDER BY created_at, id").map {
            Sent(template: try $0["template_name"], recipient: try $0["recipient"], status: try $0["status"])
        }
    }

    func templates() async throws -> [String] { try await log().map(\.template) }

    /// The mails in the mailbox folder, in the order of their names.
    func mails() throws -> [(name: String, text: String)] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: mailbox.path)) ?? []
        return try names.sorted().map { ($0, try String(contentsOf: mailbox.appending(path: $0), encoding: .utf8)) }
    }
}
