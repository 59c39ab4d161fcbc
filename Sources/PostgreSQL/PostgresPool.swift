import Dispatch
public import Logging
import Metrics
import Synchronization

/// Connections to one database, leased to one task at a time.
///
/// Usable as soon as it is made: connections are opened when wanted, replaced when broken, and a server that is away is
/// tried again with backoff until the lease's deadline. `close()` ends all connections.
public final class PostgresPool: PostgresExecutor {
    typealias Machine = PoolStateMachine<PostgresSession, UInt64>

    public let configuration: PostgresConfiguration
    /// What this pool commits.
    public let signals = CommitSignals()
    private let logger: Logger
    private let lastAnswer = Mutex<ContinuousClock.Instant?>(nil)
    private let state: Mutex<State>
    // Unsafe only for the compiler: dispatch sources may be used from any thread.
    nonisolated(unsafe) private let timer: any DispatchSourceTimer

    struct State {
        var machine: Machine
        var nextWaiter: UInt64 = 0
        var waiters: [UInt64: CheckedContinuation<Handoff, any Error>] = [:]
        var lastError: PostgresError?
    }

    /// What a waiter gets: a connection, or the duty to open one.
    enum Handoff {
        case connection(PostgresSession)
        case open(after: Duration)
    }

    public init(_ configuration: PostgresConfiguration, logger: Logger = Logger(label: "postgres")) {
        self.configuration = configuration
        self.logger = logger
        let limits = Machine.Limits(
            minimum: configuration.minimumConnections, maximum: max(1, configuration.maximumConnections),
            idleTimeout: configuration.idleTimeout, maximumLifetime: configuration.maximumLifetime)
        self.state = Mutex(State(machine: Machine(limits)))
        self.timer = DispatchSource.makeTimerSource()
        timer.schedule(deadline: .now() + .milliseconds(250), repeating: .milliseconds(250), leeway: .milliseconds(50))
        timer.setEventHandler { [weak self] in self?.tick() }
        timer.resume()
    }

    deinit { timer.cancel() }

    // MARK: - Work

    public func batch(_ statements: [SQL]) async throws -> [ResultSet] {
        var attempt = 0
        while true {
            let session = try await lease()
            do throws(PostgresError) {
                let results = try await session.perform { wire throws(PostgresError) in
                    (try wire.run(statements), wire.isIdle)
                }
                await release(session, knownIdle: results.1)
                signals.send(statements.reduce(into: []) { $0.formUnion($1.signals) })
                return results.0
            } catch {
                await release(session)
                attempt += 1
                // A stale plan fails the whole implicit transaction; a dead connection has not carried anything.
                let stale = error.code.rawValue == "0A000" || error.code.rawValue == "26000"
                guard stale || (error.nothingSent && error.code == .connection), attempt < 10 else { throw error }
            }
        }
    }

    /// Leases a connection for the closure's duration. Throws `.poolExhausted` or `.connection` after the lease
    /// timeout.
    @discardableResult
    public func withConnection<Value: Sendable>(
        _ body: @Sendable (PostgresConnection) async throws -> Value
    ) async throws -> Value {
        let session = try await lease()
        let connection = PostgresConnection(session)
        do {
            let value = try await body(connection)
            connection.end()
            await release(session)
            return value
        } catch {
            connection.end()
            await release(session)
            throw error
        }
    }

    /// Runs the closure in a transaction: committed when it returns, rolled back when it throws.
    ///
    /// The closure is run again, up to 10 times with jittered backoff, when the server reports a serialization failure
    /// or deadlock, or when the connection was lost before COMMIT was sent: it must have no effects besides the
    /// database's. A connection lost during COMMIT is thrown as `.connection`, since nobody knows the outcome.
    @discardableResult
    public func transaction<Value: Sendable>(
        isolation: IsolationLevel = .readCommitted,
        _ body: @Sendable (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        var attempt = 0
        while true {
            let session = try await lease()
            let transaction = PostgresTransaction(session, isolation: isolation)
            do {
                let value = try await body(transaction)
                do throws(PostgresError) {
                    try await transaction.commit()
                } catch {
                    throw CommitFailure(cause: error)
                }
                await release(session, knownIdle: true)
                signals.send(transaction.signals)
                return value
            } catch {
                await transaction.rollback()
                await release(session)
                let failure = (error as? CommitFailure)?.cause ?? error
                attempt += 1
                guard attempt < 10, shouldRetry(failure, duringCommit: error is CommitFailure) else { throw failure }
                let ceiling = min(500, 5 << attempt)
                try await Task.sleep(for: .milliseconds(Int.random(in: 1...ceiling)))
            }
        }
    }

    private struct CommitFailure: Error { let cause: PostgresError }

    private func shouldRetry(_ error: any Error, duringCommit: Bool) -> Bool {
        guard let error = error as? PostgresError else { return false }
        if error.code == .serializationFailure || error.code == .deadlockDetected { return true }
        if error.code.rawValue == "0A000" || error.code.rawValue == "26000" { return !duringCommit }
        // 57P01 and its kin: the server ended the session, and with it the transaction.
        let lost = error.code == .connection || error.code.rawValue.hasPrefix("57P")
        return lost && (!duringCommit || error.nothingSent)
    }

    // MARK: - Leases

    private func lease() async throws -> PostgresSession {
        let deadline = ContinuousClock.now + configuration.leaseTimeout
        let waiter = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        var handoff = try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let effects = state.withLock { state in
                    state.waiters[waiter] = continuation
                    let actions = state.machine.lease(waiter, deadline: deadline, now: .now)
                    return apply(actions, &state)
                }
                run(effects)
                if Task.isCancelled { cancel(waiter) }
            }
        } onCancel: {
            cancel(waiter)
        }
        while true {
            switch handoff {
            case .connection(let session): return session
            case .open(let delay): handoff = try await open(waiter, after: delay)
            }
        }
    }

    /// Opens a connection in the waiter's reserved slot.
    private func open(_ waiter: UInt64, after delay: Duration) async throws -> Handoff {
        do {
            if delay > .zero { try await Task.sleep(for: delay) }
        } catch {
            cancel(waiter)
            throw error
        }
        let result: Result<PostgresSession, PostgresError>
        do throws(PostgresError) {
            result = .success(try await PostgresSession.connect(configuration))
        } catch {
            result = .failure(error)
            logger.debug("cannot connect", metadata: ["error": "\(error)"])
        }
        return try await withCheckedThrowingContinuation { continuation in
            let effects = state.withLock { state in
                state.waiters[waiter] = continuation
                let actions: [Machine.Action]
                switch result {
                case .success(let session): actions = state.machine.opened(session, by: waiter, now: .now)
                case .failure(let error):
                    state.lastError = error
                    actions = state.machine.openFailed(by: waiter, now: .now)
                }
                return apply(actions, &state)
            }
            run(effects)
        }
    }

    private func release(_ session: PostgresSession, knownIdle: Bool? = nil) async {
        var reusable = knownIdle ?? false
        if knownIdle == nil {
            // A connection left inside a transaction, or broken, is not for the next one.
            reusable = (try? await session.perform { wire throws(PostgresError) in wire.isIdle }) ?? false
        }
        if reusable { lastAnswer.withLock { $0 = .now } }
        let effects = state.withLock { state in
            apply(state.machine.release(session, reusable: reusable, now: .now), &state)
        }
        run(effects)
    }

    /// Whether the server has answered lately. A pool whose connections are all busy is a sign of load, not of a server
    /// that is away.
    public func hasAnswered(within duration: Duration) -> Bool {
        lastAnswer.withLock { $0.map { ContinuousClock.now - $0 < duration } ?? false }
    }

    private func cancel(_ waiter: UInt64) {
        let (effects, continuation) = state.withLock { state in
            let actions = state.machine.cancel(waiter, now: .now)
            return (apply(actions, &state), state.waiters.removeValue(forKey: waiter))
        }
        run(effects)
        continuation?.resume(throwing: CancellationError())
    }

    private func tick() {
        let (effects, counts) = state.withLock { state in
            let effects = apply(state.machine.tick(.now), &state)
            let machine = state.machine
            return (effects, (machine.idleCount, machine.leasedCount, machine.waitingCount))
        }
        run(effects)
        Gauge(label: "postgres_pool_connections", dimensions: [("state", "idle")]).record(counts.0)
        Gauge(label: "postgres_pool_connections", dimensions: [("state", "leased")]).record(counts.1)
        Gauge(label: "postgres_pool_waiting").record(counts.2)
    }

    /// Ends idle connections now and leased ones at the end of their leases; nobody can lease any more.
    public func close() async {
        timer.cancel()
        run(state.withLock { state in apply(state.machine.close(), &state) })
    }

    // MARK: - Effects

    private typealias Effect = @Sendable () -> Void

    /// Turns actions into effects to be run outside of the lock.
    private func apply(_ actions: [Machine.Action], _ state: inout State) -> [Effect] {
        actions.compactMap { action in
            switch action {
            case .close(let session): return { session.close() }
            case .hand(let session, let waiter):
                let continuation = state.waiters.removeValue(forKey: waiter)
                return { continuation?.resume(returning: .connection(session)) }
            case .open(let waiter, let delay):
                let continuation = state.waiters.removeValue(forKey: waiter)
                return { continuation?.resume(returning: .open(after: delay)) }
            case .fail(let waiter, let failure):
                let continuation = state.waiters.removeValue(forKey: waiter)
                let error = Self.error(failure, last: state.lastError)
                return { continuation?.resume(throwing: error) }
            }
        }
    }

    private func run(_ effects: [Effect]) {
        for effect in effects { effect() }
    }

    private static func error(_ failure: Machine.Failure, last: PostgresError?) -> PostgresError {
        switch failure {
        case .closed: PostgresError(.poolClosed, "the pool is closed", nothingSent: true)
        case .exhausted:
            PostgresError(.poolExhausted, "no connection became free in time", nothingSent: true)
        case .unreachable:
            PostgresError(.connection, last?.message ?? "the server cannot be reached", nothingSent: true)
        }
    }
}
