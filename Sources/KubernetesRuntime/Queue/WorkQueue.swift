import KubernetesClient
import Metrics
import Synchronization

/// The queue between informers and workers: ``WorkQueueMachine`` with tasks that wait on it, and metrics.
final class WorkQueue<Key: Hashable & Sendable>: Sendable {
    private struct State {
        var machine: WorkQueueMachine<Key>
        var waiters: [(id: Int, continuation: CheckedContinuation<Void, Never>)] = []
        var timerWaiter: CheckedContinuation<Void, Never>?
        var nextWaiter = 0
    }

    private let state: Mutex<State>
    private let metrics: WorkQueueMetrics

    init(name: String, backoff: Backoff) {
        state = Mutex(State(machine: WorkQueueMachine(backoff: backoff)))
        metrics = WorkQueueMetrics(queue: name)
    }

    func add(_ key: Key) {
        change { _ = $0.add(key, now: .now) }
    }

    func add(_ key: Key, after delay: Duration) {
        change { $0.add(key, at: .now + delay) }
    }

    func retry(_ key: Key) -> Duration {
        metrics.retries.increment()
        return change { $0.retry(key, now: .now) }
    }

    func forget(_ key: Key) { change { $0.forget(key) } }

    func done(_ key: Key) {
        let duration = change { $0.done(key, now: .now) }
        metrics.workDuration.record(duration.seconds)
    }

    func shutDown() { change { $0.shutDown() } }

    /// The next key, `nil` once the queue is shut down or the task cancelled; ``done(_:)`` must follow.
    func next() async -> Key? {
        while !Task.isCancelled {
            let (taken, isShutDown) = change { ($0.take(now: .now), $0.isShutDown) }
            if let taken {
                metrics.queueDuration.record(taken.waited.seconds)
                return taken.key
            }
            if isShutDown { return nil }
            await wait()
        }
        return nil
    }

    /// Makes delayed keys ready when their time has come, until cancelled or shut down.
    func runTimer() async {
        while !Task.isCancelled {
            let (next, isShutDown) = change { ($0.wake(now: .now), $0.isShutDown) }
            if isShutDown { return }
            await sleep(until: next)
        }
    }

    /// Changes the machine, then wakes who may have something to do.
    private func change<Result: Sendable>(_ body: (inout WorkQueueMachine<Key>) -> Result) -> Result {
        let (result, depth, additions, woken) = state.withLock { state in
            let nextBefore = state.machine.nextDelayed
            let additionsBefore = state.machine.additions
            let result = body(&state.machine)
            var woken: [CheckedContinuation<Void, Never>] = []
            if state.machine.isShutDown {
                woken = state.waiters.map(\.continuation)
                state.waiters = []
            } else {
                let count = min(state.machine.depth, state.waiters.count)
                woken = state.waiters.prefix(count).map(\.continuation)
                state.waiters.removeFirst(count)
            }
            if state.machine.nextDelayed != nextBefore || state.machine.isShutDown, let timer = state.timerWaiter {
                state.timerWaiter = nil
                woken.append(timer)
            }
            return (result, state.machine.depth, state.machine.additions - additionsBefore, woken)
        }
        for continuation in woken { continuation.resume() }
        if additions > 0 { metrics.adds.increment(by: Int64(additions)) }
        metrics.depth.record(depth)
        return result
    }

    private func wait() async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goOn = state.withLock { state in
                    if state.machine.depth > 0 || state.machine.isShutDown || Task.isCancelled { return true }
                    state.waiters.append((id, continuation))
                    return false
                }
                if goOn { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                state.waiters.firstIndex { $0.id == id }.map { state.waiters.remove(at: $0).continuation }
            }
            waiter?.resume()
        }
    }

    /// Returns at a time, or when the next time has changed, or when cancelled.
    private func sleep(until time: ContinuousClock.Instant?) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.waitForChange(from: time) }
            if let time { group.addTask { try? await Task.sleep(until: time) } }
            await group.next()
            group.cancelAll()
        }
    }

    private func waitForChange(from time: ContinuousClock.Instant?) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goOn = state.withLock { state in
                    if state.machine.nextDelayed != time || state.machine.isShutDown || Task.isCancelled { return true }
                    state.timerWaiter = continuation
                    return false
                }
                if goOn { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                defer { state.timerWaiter = nil }
                return state.timerWaiter
            }
            waiter?.resume()
        }
    }
}
