import Contracts
import Foundation
import ServiceFoundation

/// A payment service in memory that keeps the contract: one payment per order, idempotent, declined for `tok_declined`.
actor Bank {
    private(set) var payments: [UUID: PaymentResponse] = [:]
    private(set) var authorizations = 0
    private(set) var captures = 0
    private(set) var refunds = 0
    private var users: [UUID: UUID] = [:]
    private var pending: [[UInt8]] = []

    private let currency: Currency

    init(currency: Currency) { self.currency = currency }

    func send(_ request: PeerRequest) throws -> PeerResponse {
        let parts = request.path.split(separator: "/")
        let payment: PaymentResponse
        if parts.count == 3 {
            let wanted = try ContractsJSON.decoder().decode(
                AuthorizePaymentRequest.self, from: Data(request.body ?? []))
            payment = try authorize(wanted)
        } else if parts.count == 5, let order = UUID(uuidString: String(parts[3])) {
            payment = parts[4] == "capture" ? try capture(order) : cancel(order)
        } else {
            throw PeerError.problem(.payment, .notFound())
        }
        return PeerResponse(status: 200, body: [UInt8](try ContractsJSON.encoder().encode(payment)))
    }

    private func authorize(_ wanted: AuthorizePaymentRequest) throws -> PaymentResponse {
        if let payment = payments[wanted.orderID] {
            if payment.status == "voided" {
                throw PeerError.problem(.payment, .conflict("payment_closed", "The payment is closed."))
            }
            return payment
        }
        let declined = wanted.token == "tok_declined"
        let payment = PaymentResponse(
            paymentID: .v7(), orderID: wanted.orderID, status: declined ? "failed" : "authorized",
            amountCents: wanted.amountCents, currency: wanted.currency,
            failureCode: declined ? "card_declined" : nil)
        payments[wanted.orderID] = payment
        users[wanted.orderID] = wanted.userID
        if declined { try publish(.paymentFailed, payment) } else { authorizations += 1 }
        return payment
    }

    func capture(_ order: UUID) throws -> PaymentResponse {
        guard var payment = payments[order] else { throw PeerError.problem(.payment, .notFound()) }
        if payment.status == "authorized" {
            payment.status = "captured"
            payments[order] = payment
            captures += 1
            try publish(.paymentCaptured, payment)
        }
        return payment
    }

    @discardableResult
    func cancel(_ order: UUID) -> PaymentResponse {
        guard var payment = payments[order] else {
            let closed = PaymentResponse(
                paymentID: .v7(), orderID: order, status: "voided", amountCents: 0, currency: currency,
                failureCode: nil)
            payments[order] = closed
            return closed
        }
        switch payment.status {
        case "authorized":
            payment.status = "voided"
            try? publish(.paymentVoided, payment)
        case "captured":
            payment.status = "refunded"
            refunds += 1
            try? publish(.refundProcessed, payment)
        default: break
        }
        payments[order] = payment
        return payment
    }

    private func publish(_ type: EventType, _ payment: PaymentResponse) throws {
        let data = PaymentEventData(
            paymentID: payment.paymentID, orderID: payment.orderID, userID: users[payment.orderID] ?? payment.orderID,
            amountCents: payment.amountCents, currency: payment.currency, status: payment.status,
            failureCode: payment.failureCode)
        let event = CloudEvent(
            source: .payment, type: type, subject: payment.orderID, correlationID: nil, data: data)
        pending.append([UInt8](try ContractsJSON.encoder().encode(event)))
    }

    /// The events published since the last call.
    func takeEvents() -> [[UInt8]] {
        defer { pending = [] }
        return pending
    }

    func status(of order: UUID) -> String? { payments[order]?.status }
}
