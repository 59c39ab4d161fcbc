import Contracts
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Messaging
import PostgreSQL
import ServiceFoundation
import TestServers
import Testing

@testable import PaymentService

/// The payment service on a fresh database, as the order service sees it.
struct World: Sendable {
    let shop: TestService<PaymentService>
    let service: PaymentService
    /// The internal listener.
    let order: any TestClientProtocol
    let customer = UUID.v7()

    var pool: PostgresPool { shop.pool }

    /// `gateway` stands between the service and the mock gateway.
    static func with(
        gateway: (@Sendable (MockGateway) -> any PaymentGateway)? = nil, patience: Duration = .seconds(3),
        _ body: @Sendable (World) async throws -> Void
    ) async throws {
        try await TestService<PaymentService>.with { shop in
            let mock = MockGateway(pool: shop.pool) { .zero }
            let service = PaymentService(shop.runtime, gateway: gateway?(mock) ?? mock, patience: patience)
            try await ServiceApplications.internalApplication(service, shop.runtime, caller: .order).test(.router) {
                client in
                try await body(World(shop: shop, service: service, order: client))
            }
        }
    }

    // MARK: - What the order service does

    func authorize(_ order: UUID, token: String = "tok_visa", cents: Int64 = 1000) async throws -> Answer {
        try await self.order.call(
            .post, "/internal/v1/payments",
            [
                "order_id": order.text, "user_id": customer.text, "amount_cents": Int(cents), "currency": "USD",
                "method": "credit_card", "token": token,
            ])
    }

    func capture(_ order: UUID) async throws -> Answer {
        try await self.order.call(.post, "/internal/v1/payments/\(order.text)/capture")
    }

    func cancel(_ order: UUID) async throws -> Answer {
        try await self.order.call(.post, "/internal/v1/payments/\(order.text)/cancel")
    }

    /// An event of the order service.
    func event(_ type: EventType, _ order: UUID) throws -> CloudEvent<OrderEventData> {
        CloudEvent(
            source: .order, type: type, subject: order, correlationID: "test",
            data: OrderEventData(
                orderID: order, orderNumber: "ORD-1", userID: customer, status: "confirmed", lines: [],
                subtotalCents: 1000, shippingCents: 0, taxCents: 0, totalCents: 1000,
                currency: try #require(Currency(rawValue: "USD"))))
    }

    func deliver(_ event: CloudEvent<OrderEventData>) async throws { try await shop.deliver(event) }

    // MARK: - What there is

    /// The worker of a process that has just started, with a gateway that answers.
    var worker: OperationWorker {
        let mock = MockGateway(pool: pool) { .zero }
        return OperationWorker(
            runtime: shop.runtime, processor: PaymentProcessor(runtime: shop.runtime, gateway: mock))
    }

    /// Makes everything that waits for its time due now.
    func passTime() async throws {
        try await pool.execute("UPDATE payment_transactions SET next_attempt_at = now(), not_before = now()")
    }

    func payment(_ order: UUID) async throws -> Payment {
        try #require(try await PaymentStore().payment(order: order, in: pool))
    }

    /// The gateway's own books.
    struct Books: Equatable {
        var charges: Int
        var held: Int
        var captured: Int
        var refunded: Int
    }

    func books() async throws -> Books {
        let row = try await pool.queryOne(
            """
            SELECT count(*) AS charges, coalesce(sum(captured_cents), 0) AS captured,
                coalesce(sum(refunded_cents), 0) AS refunded,
                coalesce(sum(amount_cents) FILTER (WHERE NOT is_voided AND captured_cents = 0), 0) AS held
            FROM mock_gateway_charges
            """)
        return Books(
            charges: try row["charges"], held: try row["held"], captured: try row["captured"],
            refunded: try row["refunded"])
    }

    func events() async throws -> [EventType] { try await shop.outbox().map(\.type) }
}
