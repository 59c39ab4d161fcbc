import KubernetesClient
import Testing

@testable import KubernetesRuntime

@Suite struct WorkQueueMachineTests {
    private let start = ContinuousClock.now
    private func machine() -> WorkQueueMachine<String> {
        WorkQueueMachine(backoff: Backoff(initial: .seconds(1), maximum: .seconds(8)))
    }

    @Test func aKeyWaitsOnceHoweverOftenItIsAdded() {
        var queue = machine()
        let isNew = queue.add("a", now: start)
        let isNewAgain = queue.add("a", now: start)
        #expect(isNew && !isNewAgain)
        queue.add("b", now: start)
        #expect(queue.depth == 2)
        #expect(queue.take(now: start + .seconds(3))?.waited == .seconds(3))
        #expect(queue.take(now: start)?.key == "b")
        #expect(queue.take(now: start) == nil)
    }

    @Test func aKeyAddedWhileWorkedOnComesAgainOnlyWhenDone() {
        var queue = machine()
        queue.add("a", now: start)
        _ = queue.take(now: start)
        queue.add("a", now: start)
        queue.add("a", now: start)
        #expect(queue.take(now: start) == nil)
        #expect(queue.active == 1)
        #expect(queue.done("a", now: start + .seconds(2)) == .seconds(2))
        #expect(queue.take(now: start)?.key == "a")
        queue.done("a", now: start)
        #expect(queue.take(now: start) == nil)
        #expect(queue.active == 0)
    }

    @Test func aDelayedKeyComesAtTheEarliestOfItsTimes() {
        var queue = machine()
        queue.add("a", at: start + .seconds(10))
        queue.add("a", at: start + .seconds(5))
        queue.add("a", at: start + .seconds(7))
        queue.add("b", at: start + .seconds(20))
        #expect(queue.wake(now: start + .seconds(4)) == start + .seconds(5))
        #expect(queue.take(now: start) == nil)
        #expect(queue.wake(now: start + .seconds(5)) == start + .seconds(20))
        #expect(queue.take(now: start + .seconds(5))?.key == "a")
        #expect(queue.wake(now: start + .seconds(30)) == nil)
        #expect(queue.take(now: start + .seconds(30))?.key == "b")
    }

    @Test func addingAtOnceSupersedesADelay() {
        var queue = machine()
        queue.add("a", at: start + .seconds(10))
        queue.add("a", now: start)
        #expect(queue.nextDelayed == nil)
        _ = queue.take(now: start)
        queue.done("a", now: start)
        #expect(queue.wake(now: start + .seconds(60)) == nil)
        #expect(queue.take(now: start + .seconds(60)) == nil)
    }

    @Test func failuresPauseLongerUntilASuccess() {
        var queue = machine()
        let pauses = (0..<5).map { _ in queue.retry("a", now: start, random: 0) }
        #expect(pauses == [1, 2, 4, 8, 8].map { .seconds($0) })
        #expect(queue.retry("b", now: start, random: 0) == .seconds(1))
        queue.forget("a")
        #expect(queue.retry("a", now: start, random: 1) == .milliseconds(500))
    }

    @Test func shutDownGivesUpWhatWaitsAndTakesNothingMore() {
        var queue = machine()
        for key in ["a", "b"] { queue.add(key, now: start) }
        queue.add("c", at: start)
        _ = queue.take(now: start)
        queue.shutDown()
        queue.add("d", now: start)
        #expect(queue.take(now: start) == nil && queue.wake(now: start) == nil)
        queue.done("a", now: start)
        #expect(queue.depth == 0 && queue.active == 0)
    }

    @Test func orderIsKeptThroughManyKeys() {
        var queue = WorkQueueMachine<Int>(backoff: Backoff(initial: .seconds(1), maximum: .seconds(8)))
        var next = 0
        for key in 0..<1000 {
            queue.add(key, now: start)
            if key % 3 == 2 {
                for _ in 0..<2 {
                    #expect(queue.take(now: start)?.key == next)
                    next += 1
                }
            }
        }
        while let (key, _) = queue.take(now: start) {
            #expect(key == next)
            next += 1
        }
        #expect(next == 1000)
    }
}
