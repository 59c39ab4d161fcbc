import NIOCore
import NIOPosix

/// Runs the closure for at most so long, then cancels it and throws problem 503.
///
/// The clock is an event loop's: a cancelled `Task.sleep` stays in memory until its time has come, which at thousands
/// of requests a second and tens of seconds each is more than everything else a service holds.
func withTimeLimit<Value: Sendable>(
    _ limit: Duration, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    let loop = MultiThreadedEventLoopGroup.singleton.any()
    let expiry = loop.makePromise(of: Void.self)
    let timer = loop.scheduleTask(in: TimeAmount(limit)) {
        expiry.fail(Problem.unavailable("timeout", "The request took too long."))
    }
    return try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask(operation: body)
        group.addTask {
            try await expiry.futureResult.get()
            throw CancellationError()
        }
        defer {
            timer.cancel()
            expiry.succeed()
            group.cancelAll()
        }
        guard let first = try await group.next() else { throw CancellationError() }
        return first
    }
}

extension Duration {
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
