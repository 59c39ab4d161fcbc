import Contracts
import PostgreSQL
import ServiceFoundation

extension Order {
    static let columns: SQL = """
        o.id, o.order_number, o.user_id, o.status, o.payment_status, o.fulfillment_status, o.refund_status,
        o.cancel_reason, o.subtotal_cents, o.discount_cents, o.tax_cents, o.shipping_cents, o.currency,
        o.shipping_address, o.notes, o.payment_method, o.payment_id, o.carrier, o.tracking_number, o.tracking_url,
        o.created_at, o.updated_at, s.step, s.attempts, s.due_at, s.give_up_at, s.stock_committed
        """

    init(row: Row) throws {
        let currencyCode: String = try row["currency"]
        guard let currency = Currency(rawValue: currencyCode) else {
            throw PostgresError(.decoding, "column currency is not a currency")
        }
        let address: JSONText = try row["shipping_address"]
        let carrier: String? = try row["carrier"]
        var tracking: Tracking?
        if let carrier {
            tracking = Tracking(
                carrier: carrier, number: try row.decode("tracking_number", as: String?.self) ?? "",
                url: try row.decode("tracking_url", as: String?.self) ?? "")
        }
        self.init(
            id: try row["id"], number: try row["order_number"], userID: try row["user_id"],
            totals: OrderTotals(
                subtotalCents: try row["subtotal_cents"], discountCents: try row["discount_cents"],
                taxCents: try row["tax_cents"], shippingCents: try row["shipping_cents"]),
            currency: currency, address: try address.decode(), notes: try row["notes"],
            paymentMethod: try row["payment_method"], paymentID: try row["payment_id"], tracking: tracking,
            process: try OrderProcess(row: row), createdAt: try row["created_at"], updatedAt: try row["updated_at"])
    }
}

extension OrderProcess {
    init(row: Row) throws {
        self.init(
            status: try row["status"], payment: try row["payment_status"],
            fulfillment: try row["fulfillment_status"], refund: try row["refund_status"],
            cancelReason: try row["cancel_reason"],
            saga: Saga(
                step: try row["step"], attempts: try row["attempts"], due: try row["due_at"],
                giveUpAt: try row["give_up_at"], stockCommitted: try row["stock_committed"]))
    }
}

extension OrderRecord {
    static let columns: SQL = "\(Order.columns), s.payment_token, s.correlation_id, s.leased_by, s.lines"

    init(row: Row) throws {
        let lines: JSONText = try row["lines"]
        self.init(
            order: try Order(row: row), lines: try lines.decode(), paymentToken: try row["payment_token"],
            correlationID: try row["correlation_id"], leasedBy: try row["leased_by"])
    }
}

extension OrderLine {
    init(row: Row) throws {
        self.init(
            id: try row["id"], productID: try row["product_id"], name: try row["product_name_snapshot"],
            sku: try row["sku_snapshot"], unitPriceCents: try row["unit_price_cents"], quantity: try row["quantity"])
    }
}
