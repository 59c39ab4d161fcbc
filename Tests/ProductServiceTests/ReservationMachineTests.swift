import Testing

@testable import ProductService

/// The stock of one SKU and what one order holds of it, moved as the machine says.
private struct Shelf: Equatable {
    var onHand = 10
    var reserved = 0

    mutating func move(_ movement: StockMovement, _ quantity: Int) {
        switch movement {
        case .none: break
        case .take:
            onHand -= quantity
            reserved -= quantity
        case .takeAgain: onHand -= quantity
        case .unhold: reserved -= quantity
        case .restock: onHand += quantity
        }
    }
}

struct ReservationMachineTests {
    static let states: [ReservationStatus?] = [nil] + ReservationStatus.allCases.map { $0 }

    /// What the shelf looks like when an order of 3 pieces is in a state.
    private static func shelf(_ status: ReservationStatus?) -> Shelf {
        switch status {
        case .active: Shelf(onHand: 10, reserved: 3)
        case .committed: Shelf(onHand: 7, reserved: 0)
        case nil, .released, .expired: Shelf()
        }
    }

    @Test("Every command in every state leaves the shelf as the new state says", arguments: states)
    func conservesStock(status: ReservationStatus?) {
        for command in ReservationCommand.allCases {
            guard case .change(let next, let movement, _) = ReservationMachine.outcome(of: command, in: status) else {
                continue
            }
            // An order that never reserved has no lines to move.
            if status == nil {
                #expect(movement == .none)
                continue
            }
            var shelf = Self.shelf(status)
            shelf.move(movement, 3)
            #expect(shelf == Self.shelf(next), "\(command) in \(String(describing: status))")
        }
    }

    @Test("Doing it again changes nothing", arguments: states)
    func isIdempotent(status: ReservationStatus?) {
        for command in ReservationCommand.allCases {
            guard case .change(let next, _, _) = ReservationMachine.outcome(of: command, in: status) else { continue }
            #expect(ReservationMachine.outcome(of: command, in: next) == .unchanged)
        }
    }

    @Test("A released reservation stays released, whatever is asked")
    func releasedIsFinal() {
        #expect(ReservationMachine.outcome(of: .commit, in: .released) == .closed)
        #expect(ReservationMachine.outcome(of: .release, in: .released) == .unchanged)
        #expect(ReservationMachine.outcome(of: .expire, in: .released) == .unchanged)
    }

    @Test("Only what was never reserved is unknown, and only to a commit")
    func unknown() {
        for status in Self.states {
            for command in ReservationCommand.allCases {
                let isUnknown = ReservationMachine.outcome(of: command, in: status) == .unknown
                #expect(isUnknown == (status == nil && command == .commit))
            }
        }
    }
}
