import Contracts

/// The variables of each mail, from what the events tell.
enum MailContents {
    static func order(_ order: OrderEventData) -> [String: MailValue] {
        func money(_ cents: Int64) -> MailValue { .text(Money(cents: cents, currency: order.currency).text) }
        var values: [String: MailValue] = [
            "order_number": .text(order.orderNumber),
            "subtotal": money(order.subtotalCents), "shipping": money(order.shippingCents),
            "tax": money(order.taxCents), "total": money(order.totalCents),
            "lines": .list(
                order.lines.map { line in
                    .object([
                        "name": .text(line.name), "sku": .text(line.sku), "quantity": .integer(Int64(line.quantity)),
                        "total": money(line.unitPriceCents * Int64(line.quantity)),
                    ])
                }),
        ]
        if let number = order.trackingNumber { values["tracking_number"] = .text(number) }
        // Nothing but a web address belongs into a link.
        if let url = order.trackingURL, url.hasPrefix("https://") || url.hasPrefix("http://") {
            values["tracking_url"] = .text(url)
        }
        if let reason = order.reason.flatMap(cancellation) { values["reason"] = .text(reason) }
        return values
    }

    static func payment(_ payment: PaymentEventData, orderNumber: String?) -> [String: MailValue] {
        var values: [String: MailValue] = [
            "amount": .text(Money(cents: payment.amountCents, currency: payment.currency).text),
            "failure": .text(failure(payment.failureCode)),
        ]
        if let orderNumber { values["order_number"] = .text(orderNumber) }
        return values
    }

    static func stock(_ level: StockLevelData) -> [String: MailValue] {
        [
            "name": .text(level.name), "sku": .text(level.sku), "available": .integer(Int64(level.available)),
            "reorder_threshold": .integer(Int64(level.reorderThreshold)),
        ]
    }

    /// Ends the sentence "your order was cancelled …".
    private static func cancellation(_ reason: String) -> String? {
        switch reason {
        case "customer_request": "as you asked"
        case "payment_failed": "because the payment failed"
        case "out_of_stock": "because an item is no longer available"
        case "user_deactivated": "because your account is closed"
        default: nil
        }
    }

    private static func failure(_ code: String?) -> String {
        switch code {
        case "card_declined": "the card was declined"
        case "insufficient_funds": "the card has insufficient funds"
        case "expired_card": "the card has expired"
        case "invalid_token": "the means of payment is not valid"
        default: "the payment was not accepted"
        }
    }
}
