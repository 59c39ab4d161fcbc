import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A payment as the API shows it.
struct PaymentView: Encodable, Sendable {
    let payment: Payment
    let ledger: [LedgerEntry]

    enum CodingKeys: String, CodingKey {
        case id, currency, method, status, refunds, transactions
        case orderID = "order_id"
        case userID = "user_id"
        case amountCents = "amount_cents"
        case authorizedCents = "authorized_cents"
        case capturedCents = "captured_cents"
        case refundedCents = "refunded_cents"
        case failureCode = "failure_code"
        case gatewayTransactionID = "gateway_transaction_id"
        case createdAt = "created_at"
        case authorizedAt = "authorized_at"
        case capturedAt = "captured_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(payment.id.text, forKey: .id)
        try container.encode(payment.orderID.text, forKey: .orderID)
        try container.encode(payment.userID?.text, forKey: .userID)
        try container.encode(payment.amountCents, forKey: .amountCents)
        try container.encode(payment.currency, forKey: .currency)
        try container.encode(payment.method, forKey: .method)
        try container.encode(payment.status, forKey: .status)
        try container.encode(payment.authorizedCents, forKey: .authorizedCents)
        try container.encode(payment.capturedCents, forKey: .capturedCents)
        try container.encode(payment.refundedCents, forKey: .refundedCents)
        try container.encode(payment.failureCode, forKey: .failureCode)
        try container.encode(payment.gatewayTransactionID, forKey: .gatewayTransactionID)
        try container.encode(payment.createdAt, forKey: .createdAt)
        try container.encode(payment.authorizedAt, forKey: .authorizedAt)
        try container.encode(payment.capturedAt, forKey: .capturedAt)
        let refunds = ledger.filter { $0.kind == .refund }.map { RefundView(entry: $0, currency: payment.currency) }
        try container.encode(refunds, forKey: .refunds)
        try container.encode(ledger.map(TransactionView.init), forKey: .transactions)
    }
}

/// A refund as the API shows it.
struct RefundView: Encodable, Sendable {
    let entry: LedgerEntry
    let currency: Currency

    enum CodingKeys: String, CodingKey {
        case id, currency, reason, status
        case paymentID = "payment_id"
        case amountCents = "amount_cents"
        case gatewayRefundID = "gateway_refund_id"
        case createdAt = "created_at"
        case processedAt = "processed_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(entry.id.text, forKey: .id)
        try container.encode(entry.paymentID.text, forKey: .paymentID)
        try container.encode(entry.amountCents, forKey: .amountCents)
        try container.encode(currency, forKey: .currency)
        try container.encode(entry.reason, forKey: .reason)
        let status =
            switch entry.status {
            case .pending: "pending"
            case .succeeded: "processed"
            case .failed: "failed"
            }
        try container.encode(status, forKey: .status)
        try container.encode(entry.gatewayReference, forKey: .gatewayRefundID)
        try container.encode(entry.createdAt, forKey: .createdAt)
        try container.encode(entry.completedAt, forKey: .processedAt)
    }
}

/// A row of the ledger as the API shows it.
struct TransactionView: Encodable, Sendable {
    let entry: LedgerEntry

    enum CodingKeys: String, CodingKey {
        case id, kind, status
        case amountCents = "amount_cents"
        case failureCode = "failure_code"
        case createdAt = "created_at"
        case completedAt = "completed_at"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(entry.id.text, forKey: .id)
        try container.encode(entry.kind, forKey: .kind)
        try container.encode(entry.amountCents, forKey: .amountCents)
        try container.encode(entry.status, forKey: .status)
        try container.encode(entry.failureCode, forKey: .failureCode)
        try container.encode(entry.createdAt, forKey: .createdAt)
        try container.encode(entry.completedAt, forKey: .completedAt)
    }
}
