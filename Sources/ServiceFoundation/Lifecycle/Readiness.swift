import Synchronization

/// Whether the service should get requests: prepared, not shutting down, and its servers reachable.
final class Readiness: Sendable {
    private struct State {
        var prepared = false
        var draining = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    var isPrepared: Bool { state.withLock { $0.prepared } }
    var isDraining: Bool { state.withLock { $0.draining } }

    func markPrepared() {
        let waiting = state.withLock { state in
            state.prepared = true
            let waiting = state.waiting
            state.waiting = []
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Also lets go of those who wait for the preparation: nothing comes any more.
    func markDraining() {
        let waiting = state.withLock { state in
            state.draining = true
            let waiting = state.waiting
            state.waiting = []
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    /// Returns once prepared or draining.
    func waitUntilPrepared() async {
        await withCheckedContinuation { continuation in
            let now = state.withLock { state in
                if state.prepared || state.draining { return true }
                state.waiting.append(continuation)
                return false
            }
            if now { continuation.resume() }
        }
    }
}
