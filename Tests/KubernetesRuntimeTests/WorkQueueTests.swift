import KubernetesClient
import Synchronization
import Testing

@testable import KubernetesRuntime

private final class Tally: Sendable {
    let handled = Mutex<[Int: Int]>([:])
    let active = Mutex<Set<Int>>([])
}

@Suite struct WorkQueueTests {
    private func queue() -> WorkQueue<Int> {
        WorkQueue(name: "test", backoff: Backoff(initial: .milliseconds(1), maximum: .milliseconds(5)))
    }

    @Test func manyWorkersHandleEveryKeyAndNeverOneTwiceAtATime() async {
        let queue = queue()
        let tally = Tally()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    while let key = await queue.next() {
                        let isAlone = tally.active.withLock { $0.insert(key).inserted }
                        #expect(isAlone)
                        await Task.yield()
                        tally.handled.withLock { $0[key, default: 0] += 1 }
                        tally.active.withLock { _ = $0.remove(key) }
                        queue.done(key)
                    }
                }
            }
            for round in 0..<50 {
                for key in 0..<20 { queue.add(key) }
                if round % 10 == 0 { await Task.yield() }
            }
            await eventually { tally.handled.withLock { $0.count } == 20 }
            queue.shutDown()
        }
        #expect(tally.handled.withLock { $0.values.allSatisfy { $0 >= 1 && $0 <= 50 } })
    }

    @Test func delayedKeysComeWithoutAnybodyElseWakingTheQueue() async {
        let queue = queue()
        let begin = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await queue.runTimer() }
            group.addTask {
                let first = await queue.next()
                #expect(first == 2)
                let second = await queue.next()
                #expect(second == 1)
                queue.shutDown()
            }
            queue.add(1, after: .milliseconds(60))
            queue.add(2, after: .milliseconds(20))
        }
        #expect(ContinuousClock.now - begin >= .milliseconds(60))
    }

    @Test func cancellingAWorkerEndsItsWait() async {
        let queue = queue()
        let key = await withTaskGroup(of: Int?.self) { group in
            group.addTask { await queue.next() }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(key == nil)
    }
}
