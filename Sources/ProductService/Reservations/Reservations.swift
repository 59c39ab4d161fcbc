import Contracts
import Messaging
import PostgreSQL
import ServiceFoundation

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Holds stock for orders. Every command is idempotent by the order's id and safe against any other command for the
/// same order or the same SKUs: rows are locked reservation first, then stock in the order of the SKUs.
struct Reservations: Sendable {
    let pool: PostgresPool
    let outbox: Outbox
    /// How long a reservation holds, in seconds.
    let lifetime: @Sendable () -> Int
    private let store = ReservationStore()
    private let inventory = InventoryStore()

    init(pool: PostgresPool, outbox: Outbox, lifetime: @escaping @Sendable () -> Int) {
        self.pool = pool
        self.outbox = outbox
        self.lifetime = lifetime
    }

    // MARK: Reserving

    /// Reserves all lines or none. Returns the reservation and whether it is new; throws `ReservationRefusal`.
    func reserve(_ request: ReservationRequest) async throws -> (Reservation, isNew: Bool) {
        let reservation = Reservation(
            orderID: request.orderID, status: .active, lines: Self.normalized(request.lines),
            expiresAt: Date.stamp.addingTimeInterval(Double(lifetime())))
        // Stock that comes back between a refusal and the look at why is worth another try.
        for _ in 0..<3 {
            switch try await attempt(reservation) {
            case .made: return (reservation, true)
            case .existsAlready: return (try await existing(reservation), false)
            case .refused:
                guard let refusal = try await diagnosis(of: request.lines) else { continue }
                try await publishFailure(reservation)
                throw refusal
            }
        }
        try await publishFailure(reservation)
        throw ReservationRefusal.insufficient([])
    }

    private enum Attempt: Error { case made, existsAlready, refused }

    private func attempt(_ reservation: Reservation) async throws -> Attempt {
        let statements = [store.insertion(of: reservation)] + reservation.lines.map(inventory.hold)
        do {
            try await pool.transaction { transaction in
                let results = try await transaction.batch(statements)
                guard results[0].affected == 1 else { throw Attempt.existsAlready }
                let rows = results.dropFirst().map(\.first)
                var events = try [event(.inventoryReserved, reservation)]
                for (row, line) in zip(rows, reservation.lines) {
                    guard let row else { throw Attempt.refused }
                    events += try alarms(StockLevel(row: row, taken: line.quantity))
                }
                _ = try await transaction.batch(events)
            }
            return .made
        } catch let outcome as Attempt {
            return outcome
        }
    }

    /// The answer to a repetition.
    private func existing(_ wanted: Reservation) async throws -> Reservation {
        guard let reservation = try await store.reservation(wanted.orderID, in: pool) else {
            throw ReservationRefusal.closed
        }
        switch reservation.status {
        case .released, .expired: throw ReservationRefusal.closed
        case .active, .committed:
            guard reservation.lines == wanted.lines else { throw ReservationRefusal.otherLines }
            return reservation
        }
    }

    /// Why the lines cannot be held; `nil` when by now they could.
    private func diagnosis(of lines: [StockLine]) async throws -> ReservationRefusal? {
        let products = try await ProductStore().sellable(lines.map(\.sku), in: pool)
        let bySKU = Dictionary(products.map { ($0.sku, $0) }, uniquingKeysWith: { first, _ in first })
        let wanted = Dictionary(lines.map { ($0.sku, $0.quantity) }, uniquingKeysWith: +)
        var unknown: [FieldError] = []
        var insufficient: [FieldError] = []
        for (index, line) in lines.enumerated() {
            let pointer = "/lines/\(index)"
            if let product = bySKU[line.sku], product.isActive {
                if product.available < wanted[line.sku] ?? line.quantity {
                    insufficient.append(
                        FieldError(pointer: pointer, detail: "\(line.sku): only \(max(0, product.available)) left"))
                }
            } else {
                unknown.append(FieldError(pointer: pointer, detail: "\(line.sku) is unknown or not for sale"))
            }
        }
        if !unknown.isEmpty { return .unknownSKU(unknown) }
        return insufficient.isEmpty ? nil : .insufficient(insufficient)
    }

    private func publishFailure(_ reservation: Reservation) async throws {
        _ = try await pool.batch([event(.inventoryReservationFailed, reservation)])
    }

    // MARK: Settling

    /// Commits or releases an order's reservation; throws `ReservationRefusal`.
    func settle(_ order: UUID, _ command: ReservationCommand) async throws -> Reservation {
        try await pool.transaction { try await settle(order, command, in: $0) }
    }

    /// The same within a transaction of the caller's, which must not go on after a refusal unless it has changed
    /// nothing else.
    func settle(
        _ order: UUID, _ command: ReservationCommand, in transaction: PostgresTransaction
    ) async throws -> Reservation {
        if let reservation = try await store.lock(order, in: transaction) {
            return try await apply(command, to: reservation, in: transaction)
        }
        guard case .change(let status, _, _) = ReservationMachine.outcome(of: command, in: nil) else {
            throw ReservationRefusal.unknownOrder
        }
        let tombstone = Reservation(orderID: order, status: status, lines: [], expiresAt: nil)
        if try await transaction.execute(store.insertion(of: tombstone)) == 1 { return tombstone }
        // It was made meanwhile, by a transaction that has committed: there is a row to lock now.
        guard let reservation = try await store.lock(order, in: transaction) else {
            throw ReservationRefusal.unknownOrder
        }
        return try await apply(command, to: reservation, in: transaction)
    }

    /// Gives back one overdue reservation; `false` when there is none.
    func expireNext() async throws -> Bool {
        try await pool.transaction { transaction in
            guard let reservation = try await store.lockOverdue(in: transaction) else { return false }
            _ = try await apply(.expire, to: reservation, in: transaction)
            return true
        }
    }

    private func apply(
        _ command: ReservationCommand, to reservation: Reservation, in transaction: PostgresTransaction
    ) async throws -> Reservation {
        switch ReservationMachine.outcome(of: command, in: reservation.status) {
        case .unchanged: return reservation
        case .closed: throw ReservationRefusal.closed
        case .unknown: throw ReservationRefusal.unknownOrder
        case .change(let status, let movement, let type):
            var settled = reservation
            settled.status = status
            let movements = reservation.lines.compactMap { inventory.movement(movement, $0) }
            var statements = movements + [store.update(reservation.orderID, to: status)]
            if movement != .takeAgain {
                if let type { statements += [try event(type, settled)] }
                _ = try await transaction.batch(statements)
                return settled
            }
            // The statements that find too little touch nothing; the caller's rollback undoes the others.
            let results = try await transaction.batch(statements)
            var events = try type.map { [try event($0, settled)] } ?? []
            for (result, line) in zip(results, reservation.lines) {
                guard let row = result.first else { throw ReservationRefusal.closed }
                events += try alarms(StockLevel(row: row, taken: line.quantity))
            }
            _ = try await transaction.batch(events)
            return settled
        }
    }

    // MARK: Events

    private func event(_ type: EventType, _ reservation: Reservation) throws -> SQL {
        try outbox.statement(
            type, subject: reservation.orderID,
            data: ReservationEventData(orderID: reservation.orderID, lines: reservation.lines))
    }

    private func alarms(_ level: StockLevel) throws -> [SQL] {
        try level.alarms.map { try outbox.statement($0, subject: level.productID, data: level.data) }
    }

    /// Each SKU once, in ascending order of their bytes.
    static func normalized(_ lines: [StockLine]) -> [StockLine] {
        Dictionary(lines.map { ($0.sku, $0.quantity) }, uniquingKeysWith: +)
            .map { StockLine(sku: $0.key, quantity: $0.value) }
            .sorted { $0.sku.utf8.lexicographicallyPrecedes($1.sku.utf8) }
    }
}
