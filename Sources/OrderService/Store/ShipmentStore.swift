import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// SQL of shipments and what happened to them.
struct ShipmentStore: Sendable {
    func shipments(of order: UUID, in executor: some PostgresExecutor) async throws -> [Shipment] {
        let rows = try await executor.query(
            """
            SELECT id, order_id, status, carrier, tracking_number, tracking_url, created_at, updated_at
            FROM shipments WHERE order_id = \(order) ORDER BY created_at
            """)
        var shipments: [Shipment] = []
        for row in rows {
            let id: UUID = try row["id"]
            let events = try await events(of: id, in: executor)
            shipments.append(
                Shipment(
                    id: id, orderID: try row["order_id"], status: try row["status"],
                    tracking: Tracking(
                        carrier: try row["carrier"], number: try row["tracking_number"], url: try row["tracking_url"]),
                    events: events, createdAt: try row["created_at"], updatedAt: try row["updated_at"]))
        }
        return shipments
    }

    private func events(of shipment: UUID, in executor: some PostgresExecutor) async throws -> [ShipmentEvent] {
        try await executor.query(
            """
            SELECT status, message, occurred_at FROM shipment_events WHERE shipment_id = \(shipment)
            ORDER BY occurred_at, id
            """
        ).map { ShipmentEvent(status: try $0["status"], message: try $0["message"], occurredAt: try $0["occurred_at"]) }
    }

    /// The shipment an order has from now on, and its first event.
    func insertion(of tracking: Tracking, for order: UUID, at now: Date) -> SQL {
        """
        WITH shipment AS (
            INSERT INTO shipments (id, order_id, status, carrier, tracking_number, tracking_url, created_at, updated_at)
            VALUES (\(UUID.v7(at: now)), \(order), 'created', \(tracking.carrier), \(tracking.number), \(tracking.url),
                \(now)::timestamptz, \(now)::timestamptz)
            RETURNING id)
        INSERT INTO shipment_events (id, shipment_id, status, message, occurred_at)
        SELECT \(UUID.v7(at: now))::uuid, id, 'created', 'The parcel is announced to the carrier.',
            \(now)::timestamptz FROM shipment
        """
    }

    /// Where the order's parcel is now, with the event that says so; nothing for an order without one.
    func update(of order: UUID, to status: ShipmentStatus, tracking: Tracking?, message: String, at now: Date) -> SQL {
        """
        WITH shipment AS (
            UPDATE shipments SET status = \(status), carrier = coalesce(\(tracking?.carrier), carrier),
                tracking_number = coalesce(\(tracking?.number), tracking_number),
                tracking_url = coalesce(\(tracking?.url), tracking_url), updated_at = \(now)::timestamptz
            WHERE order_id = \(order) RETURNING id)
        INSERT INTO shipment_events (id, shipment_id, status, message, occurred_at)
        SELECT \(UUID.v7(at: now))::uuid, id, \(status), \(message), \(now)::timestamptz FROM shipment
        """
    }
}
