import Contracts
import PostgreSQL

/// Where an order's reservation is. `released` and `expired` are closed: nothing is held, and a late reserve is refused.
enum ReservationStatus: String, Sendable, CaseIterable, PostgresCodable {
    case active, committed, released, expired
}

/// What can be asked of an order's reservation once its lines are known (or never will be).
enum ReservationCommand: Sendable, CaseIterable {
    /// The order is settled: the pieces leave the shelf.
    case commit
    /// The order is off: whatever it holds or took goes back.
    case release
    /// Its time is up.
    case expire
}

/// What happens to the stock of every line.
enum StockMovement: Sendable, Equatable {
    case none
    /// Reserved pieces leave: on hand and reserved fall.
    case take
    /// Pieces that were given up are taken after all, if they are still there.
    case takeAgain
    /// Reserved pieces become available: reserved falls.
    case unhold
    /// Pieces that had left come back: on hand grows.
    case restock
}

/// The answer to a command.
enum ReservationOutcome: Sendable, Equatable {
    /// Nothing changes; it was so already, or the command means nothing here.
    case unchanged
    case change(to: ReservationStatus, StockMovement, EventType?)
    /// There is no reservation to commit.
    case unknown
    /// The reservation was closed; it cannot be committed any more.
    case closed
}

/// The life of an order's reservation, as a pure function of where it is and what is asked.
enum ReservationMachine {
    /// `status` is `nil` for an order that never reserved.
    static func outcome(of command: ReservationCommand, in status: ReservationStatus?) -> ReservationOutcome {
        switch (status, command) {
        case (nil, .commit): .unknown
        case (.active, .commit): .change(to: .committed, .take, .inventoryCommitted)
        case (.committed, .commit): .unchanged
        case (.released, .commit): .closed
        case (.expired, .commit): .change(to: .committed, .takeAgain, .inventoryCommitted)

        // A tombstone, so that a reserve which is still on its way finds the door closed.
        case (nil, .release): .change(to: .released, .none, nil)
        case (.active, .release): .change(to: .released, .unhold, .inventoryReleased)
        case (.committed, .release): .change(to: .released, .restock, .inventoryReleased)
        case (.released, .release): .unchanged
        case (.expired, .release): .change(to: .released, .none, nil)

        case (.active, .expire): .change(to: .expired, .unhold, .inventoryExpired)
        case (nil, .expire), (.committed, .expire), (.released, .expire), (.expired, .expire): .unchanged
        }
    }
}
