import Contracts
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Which orders are wanted.
struct OrderFilter: Sendable {
    var userID: UUID?
    var status: OrderStatus?
    /// Created at or after.
    var from: Date?
    /// Created before.
    var to: Date?
}

/// SQL of orders and their lines.
struct OrderStore: Sendable {
    private static let joined: SQL = "orders o JOIN sagas s ON s.order_id = o.id"

    func order(_ id: UUID, in executor: some PostgresExecutor) async throws -> Order? {
        try await executor.queryFirst("SELECT \(Order.columns) FROM \(Self.joined) WHERE o.id = \(id)")
            .map(Order.init(row:))
    }

    /// Locks the order and its saga against everybody else's transitions.
    func lock(_ id: UUID, in transaction: PostgresTransaction) async throws -> OrderRecord? {
        try await transaction.queryFirst(
            "SELECT \(OrderRecord.columns) FROM \(Self.joined) WHERE o.id = \(id) FOR UPDATE"
        ).map(OrderRecord.init(row:))
    }

    /// Up to `limit` orders, newest first, older than the one given.
    func orders(
        _ filter: OrderFilter, before: UUID?, limit: Int, in executor: some PostgresExecutor
    ) async throws -> [Order] {
        var conditions: [SQL] = ["true"]
        if let user = filter.userID { conditions.append("o.user_id = \(user)") }
        if let status = filter.status { conditions.append("o.status = \(status)") }
        if let from = filter.from { conditions.append("o.created_at >= \(from)") }
        if let to = filter.to { conditions.append("o.created_at < \(to)") }
        if let before { conditions.append("o.id < \(before)") }
        return try await executor.query(
            """
            SELECT \(Order.columns) FROM \(Self.joined) WHERE \(conditions.joined(by: " AND "))
            ORDER BY o.id DESC LIMIT \(limit)
            """
        ).map(Order.init(row:))
    }

    /// The lines of several orders, in their order.
    func lines(of orders: [UUID], in executor: some PostgresExecutor) async throws -> [UUID: [OrderLine]] {
        if orders.isEmpty { return [:] }
        var lines: [UUID: [OrderLine]] = [:]
        let rows = try await executor.query(
            """
            SELECT id, order_id, product_id, product_name_snapshot, sku_snapshot, unit_price_cents, quantity
            FROM order_items WHERE order_id = ANY(\(orders)) ORDER BY order_id, line
            """)
        for row in rows { lines[try row["order_id"], default: []].append(try OrderLine(row: row)) }
        return lines
    }

    /// The pending orders of a user.
    func pendingOrders(of user: UUID, in executor: some PostgresExecutor) async throws -> [UUID] {
        try await executor.query(
            "SELECT id FROM orders WHERE user_id = \(user) AND status = 'pending' ORDER BY id"
        ).map { try $0["id"] }
    }

    /// A block of 50 numbers for orders.
    func nextNumbers(in executor: some PostgresExecutor) async throws -> Range<Int64> {
        let first: Int64 = try await executor.queryOne("SELECT nextval('order_numbers') AS first")["first"]
        return first..<first + 50
    }

    func insertion(of order: Order) throws -> SQL {
        let process = order.process
        return """
            INSERT INTO orders (id, order_number, user_id, status, payment_status, fulfillment_status, refund_status,
                cancel_reason, subtotal_cents, discount_cents, tax_cents, shipping_cents, total_cents, currency,
                shipping_address, notes, payment_method, created_at, updated_at)
            VALUES (\(order.id), \(order.number), \(order.userID), \(process.status), \(process.payment),
                \(process.fulfillment), \(process.refund), \(process.cancelReason), \(order.totals.subtotalCents),
                \(order.totals.discountCents), \(order.totals.taxCents), \(order.totals.shippingCents),
                \(order.totals.totalCents), \(order.currency.rawValue), \(try JSONText(encoding: order.address)),
                \(order.notes), \(order.paymentMethod), \(order.createdAt), \(order.updatedAt))
            """
    }

    func insertion(of lines: [OrderLine], into order: UUID) -> SQL {
        """
        INSERT INTO order_items (id, order_id, line, product_id, product_name_snapshot, sku_snapshot,
            unit_price_cents, quantity)
        SELECT l.id, \(order), l.line, l.product_id, l.name, l.sku, l.price, l.quantity
        FROM unnest(\(lines.map(\.id))::uuid[], \(Array(1...max(1, lines.count)))::integer[],
            \(lines.map(\.productID))::uuid[], \(lines.map(\.name))::text[], \(lines.map(\.sku))::text[],
            \(lines.map(\.unitPriceCents))::bigint[], \(lines.map(\.quantity))::integer[])
            AS l (id, line, product_id, name, sku, price, quantity)
        """
    }

    func update(_ order: Order) -> SQL {
        let process = order.process
        return """
            UPDATE orders SET status = \(process.status), payment_status = \(process.payment),
                fulfillment_status = \(process.fulfillment), refund_status = \(process.refund),
                cancel_reason = \(process.cancelReason), payment_id = \(order.paymentID),
                carrier = \(order.tracking?.carrier), tracking_number = \(order.tracking?.number),
                tracking_url = \(order.tracking?.url), updated_at = \(order.updatedAt)
            WHERE id = \(order.id)
            """
    }
}
