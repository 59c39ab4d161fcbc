import Contracts

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An order as the API shows it.
struct OrderView: Encodable, Sendable {
    var order: Order
    var lines: [OrderLine]

    enum CodingKeys: String, CodingKey {
        case id, status, items, currency, notes, carrier
        case orderNumber = "order_number"
        case userID = "user_id"
        case paymentStatus = "payment_status"
        case fulfillmentStatus = "fulfillment_status"
        case refundStatus = "refund_status"
        case cancelReason = "cancel_reason"
        case subtotalCents = "subtotal_cents"
        case discountCents = "discount_cents"
        case taxCents = "tax_cents"
        case shippingCents = "shipping_cents"
        case totalCents = "total_cents"
        case shippingAddress = "shipping_address"
        case paymentMethod = "payment_method"
        case paymentID = "payment_id"
        case trackingNumber = "tracking_number"
        case trackingURL = "tracking_url"
        case createdAt = "created_at"
        case updatedAt = "updated_at"
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(order.id.text, forKey: .id)
        try values.encode(order.number, forKey: .orderNumber)
        try values.encode(order.userID.text, forKey: .userID)
        try values.encode(order.process.status, forKey: .status)
        try values.encode(order.process.payment, forKey: .paymentStatus)
        try values.encode(order.process.fulfillment, forKey: .fulfillmentStatus)
        try values.encode(order.process.refund, forKey: .refundStatus)
        let reason = order.process.status == .cancelled ? order.process.cancelReason : nil
        try values.encode(reason, forKey: .cancelReason)
        try values.encode(lines, forKey: .items)
        try values.encode(order.totals.subtotalCents, forKey: .subtotalCents)
        try values.encode(order.totals.discountCents, forKey: .discountCents)
        try values.encode(order.totals.taxCents, forKey: .taxCents)
        try values.encode(order.totals.shippingCents, forKey: .shippingCents)
        try values.encode(order.totals.totalCents, forKey: .totalCents)
        try values.encode(order.currency, forKey: .currency)
        try values.encode(AddressView(address: order.address), forKey: .shippingAddress)
        try values.encode(order.notes, forKey: .notes)
        try values.encode(order.paymentMethod, forKey: .paymentMethod)
        try values.encode(order.paymentID?.text, forKey: .paymentID)
        try values.encode(order.tracking?.carrier, forKey: .carrier)
        try values.encode(order.tracking?.number, forKey: .trackingNumber)
        try values.encode(order.tracking?.url, forKey: .trackingURL)
        try values.encode(order.createdAt, forKey: .createdAt)
        try values.encode(order.updatedAt, forKey: .updatedAt)
    }
}

/// An address with its id in lower case, like every id of the API.
private struct AddressView: Encodable {
    var address: AddressSnapshot

    enum CodingKeys: String, CodingKey {
        case id, label, city, state
        case streetLine1 = "street_line_1"
        case streetLine2 = "street_line_2"
        case postalCode = "postal_code"
        case countryCode = "country_code"
    }

    func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(address.id.text, forKey: .id)
        try values.encode(address.label, forKey: .label)
        try values.encode(address.streetLine1, forKey: .streetLine1)
        try values.encode(address.streetLine2, forKey: .streetLine2)
        try values.encode(address.city, forKey: .city)
        try values.encode(address.state, forKey: .state)
        try values.encode(address.postalCode, forKey: .postalCode)
        try values.encode(address.countryCode, forKey: .countryCode)
    }
}
