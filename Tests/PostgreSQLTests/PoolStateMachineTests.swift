import Testing

@testable import PostgreSQL

@Suite struct PoolStateMachineTests {
    typealias Machine = PoolStateMachine<String, Int>
    let start = ContinuousClock.now

    func machine(minimum: Int = 0, maximum: Int = 2) -> Machine {
        Machine(.init(minimum: minimum, maximum: maximum, idleTimeout: .seconds(60), maximumLifetime: .seconds(600)))
    }

    func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    @Test func opensUpToTheMaximumAndThenQueuesFirstComeFirstServed() {
        var machine = machine()
        #expect(machine.lease(1, deadline: at(5), now: start) == [.open(by: 1, after: .zero)])
        #expect(machine.lease(2, deadline: at(5), now: start) == [.open(by: 2, after: .zero)])
        #expect(machine.lease(3, deadline: at(5), now: start) == [])
        #expect(machine.lease(4, deadline: at(5), now: start) == [])
        #expect(machine.opened("a", by: 1, now: start) == [.hand("a", to: 1)])
        #expect(machine.release("a", reusable: true, now: start) == [.hand("a", to: 3)])
        #expect(machine.release("a", reusable: true, now: start) == [.hand("a", to: 4)])
        #expect(machine.release("a", reusable: true, now: start) == [])
        #expect(machine.idleCount == 1)
    }

    @Test func theMostRecentlyUsedConnectionIsLeasedFirst() {
        var machine = machine()
        for (waiter, name) in [(1, "a"), (2, "b")] {
            _ = machine.lease(waiter, deadline: at(5), now: start)
            _ = machine.opened(name, by: waiter, now: start)
        }
        _ = machine.release("a", reusable: true, now: at(1))
        _ = machine.release("b", reusable: true, now: at(2))
        #expect(machine.lease(3, deadline: at(9), now: at(3)) == [.hand("b", to: 3)])
    }

    @Test func aBrokenConnectionsSlotGoesToTheNextWaiter() {
        var machine = machine(maximum: 1)
        _ = machine.lease(1, deadline: at(5), now: start)
        _ = machine.opened("a", by: 1, now: start)
        _ = machine.lease(2, deadline: at(5), now: start)
        #expect(machine.release("a", reusable: false, now: start) == [.close("a"), .open(by: 2, after: .zero)])
    }

    @Test func failuresBackOffUntilTheDeadlineAndPassTheSlotOn() {
        var machine = machine(maximum: 1)
        _ = machine.lease(1, deadline: at(0.05), now: start)
        _ = machine.lease(2, deadline: at(5), now: start)
        #expect(machine.openFailed(by: 1, now: start) == [.open(by: 1, after: .milliseconds(20))])
        #expect(
            machine.openFailed(by: 1, now: at(0.02)) == [
                .fail(1, .unreachable), .open(by: 2, after: .milliseconds(40)),
            ])
        #expect(machine.opened("a", by: 2, now: at(0.06)) == [.hand("a", to: 2)])
        // A success forgets the failures.
        #expect(machine.release("a", reusable: false, now: at(1)) == [.close("a")])
        #expect(machine.lease(3, deadline: at(9), now: at(1)) == [.open(by: 3, after: .zero)])
    }

    @Test func waitersExpireAtTheirDeadline() {
        var machine = machine(maximum: 1)
        _ = machine.lease(1, deadline: at(5), now: start)
        _ = machine.opened("a", by: 1, now: start)
        _ = machine.lease(2, deadline: at(1), now: start)
        #expect(machine.tick(at(0.9)) == [])
        #expect(machine.tick(at(1)) == [.fail(2, .exhausted)])
        #expect(machine.release("a", reusable: true, now: at(2)) == [])
    }

    @Test func idleConnectionsBeyondTheMinimumAreClosed() {
        var machine = machine(minimum: 1)
        for (waiter, name) in [(1, "a"), (2, "b")] {
            _ = machine.lease(waiter, deadline: at(5), now: start)
            _ = machine.opened(name, by: waiter, now: start)
        }
        _ = machine.release("a", reusable: true, now: start)
        _ = machine.release("b", reusable: true, now: at(10))
        #expect(machine.tick(at(59)) == [])
        #expect(machine.tick(at(60)) == [.close("a")])
        #expect(machine.tick(at(100)) == [])
        #expect(machine.tick(at(600)) == [.close("b")])
    }

    @Test func aCancelledOpenerPassesItsSlotOn() {
        var machine = machine(maximum: 1)
        _ = machine.lease(1, deadline: at(5), now: start)
        _ = machine.lease(2, deadline: at(5), now: start)
        #expect(machine.cancel(1, now: start) == [.open(by: 2, after: .zero)])
    }

    @Test func aCancelledOpenerThatFailsIsToldSo() {
        var machine = machine(maximum: 1)
        _ = machine.lease(1, deadline: at(5), now: start)
        #expect(machine.cancel(1, now: start) == [])
        #expect(machine.openFailed(by: 1, now: start) == [.fail(1, .unreachable)])
        #expect(machine.lease(2, deadline: at(5), now: start) == [.open(by: 2, after: .zero)])
    }

    @Test func closingFailsWaitersAndClosesWhatComesBack() {
        var machine = machine(maximum: 1)
        _ = machine.lease(1, deadline: at(5), now: start)
        _ = machine.opened("a", by: 1, now: start)
        _ = machine.lease(2, deadline: at(5), now: start)
        #expect(machine.close() == [.fail(2, .closed)])
        #expect(machine.release("a", reusable: true, now: start) == [.close("a")])
        #expect(machine.lease(3, deadline: at(5), now: start) == [.fail(3, .closed)])
    }
}
