import Synchronization

/// Stops the session of the moment and every later one.
final class StopSwitch: Sendable {
    private struct State {
        var stopped = false
        var session: ConsumerSession?
        var sleeper: AsyncStream<Void>.Continuation?
    }

    private let state = Mutex(State())

    var isStopped: Bool { state.withLock { $0.stopped } }

    func use(_ session: ConsumerSession) {
        let stopped = state.withLock { state in
            state.session = session
            return state.stopped
        }
        if stopped { session.stop() }
    }

    func stop() {
        let (session, sleeper) = state.withLock { state in
            state.stopped = true
            return (state.session, state.sleeper)
        }
        session?.stop()
        sleeper?.finish()
    }

    /// Sleeps, but not past the stop.
    func sleep(_ duration: Duration) async {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        let stopped = state.withLock { state in
            state.sleeper = continuation
            return state.stopped
        }
        if stopped { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in stream {} }
            group.addTask { try? await Task.sleep(for: duration) }
            await group.next()
            group.cancelAll()
        }
    }
}
