import Contracts
import PostgreSQL

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// An order's reservation.
struct Reservation: Sendable, Equatable {
    var orderID: UUID
    var status: ReservationStatus
    /// In the order of their SKUs, each SKU once.
    var lines: [StockLine]
    var expiresAt: Date?

    var response: ReservationResponse {
        ReservationResponse(
            orderID: orderID, status: status.rawValue, expiresAt: status == .active ? expiresAt : nil)
    }
}

/// SQL of the reservations.
struct ReservationStore: Sendable {
    private static let columns: SQL = "order_id, status, skus, quantities, expires_at"

    func reservation(_ order: UUID, in executor: some PostgresExecutor) async throws -> Reservation? {
        try await executor.queryFirst("SELECT \(Self.columns) FROM reservations WHERE order_id = \(order)")
            .map(Reservation.init(row:))
    }

    func lock(_ order: UUID, in transaction: PostgresTransaction) async throws -> Reservation? {
        try await transaction.queryFirst(
            "SELECT \(Self.columns) FROM reservations WHERE order_id = \(order) FOR UPDATE"
        ).map(Reservation.init(row:))
    }

    /// The reservation that has been overdue longest and that nobody else is handling.
    func lockOverdue(in transaction: PostgresTransaction) async throws -> Reservation? {
        try await transaction.queryFirst(
            """
            SELECT \(Self.columns) FROM reservations WHERE status = 'active' AND expires_at <= now()
            ORDER BY expires_at LIMIT 1 FOR UPDATE SKIP LOCKED
            """
        ).map(Reservation.init(row:))
    }

    /// Touches no row when the order has one already, waiting for another transaction that is adding it.
    func insertion(of reservation: Reservation) -> SQL {
        """
        INSERT INTO reservations (order_id, status, skus, quantities, expires_at)
        VALUES (\(reservation.orderID), \(reservation.status), \(reservation.lines.map(\.sku)),
            \(reservation.lines.map(\.quantity)), \(reservation.expiresAt))
        ON CONFLICT (order_id) DO NOTHING
        """
    }

    func update(_ order: UUID, to status: ReservationStatus) -> SQL {
        "UPDATE reservations SET status = \(status), updated_at = now() WHERE order_id = \(order)"
    }
}

extension Reservation {
    init(row: Row) throws {
        let skus: [String] = try row["skus"]
        let quantities: [Int] = try row["quantities"]
        self.init(
            orderID: try row["order_id"], status: try row["status"],
            lines: zip(skus, quantities).map { StockLine(sku: $0, quantity: $1) }, expiresAt: try row["expires_at"])
    }
}
