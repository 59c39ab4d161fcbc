/// Who has which connection, who waits, and when the next attempt to connect may be made. No I/O: every event returns
/// what is to be done.
struct PoolStateMachine<Connection: Hashable, Waiter: Hashable> {
    typealias Instant = ContinuousClock.Instant

    struct Limits {
        var minimum: Int
        var maximum: Int
        var idleTimeout: Duration
        var maximumLifetime: Duration
    }

    enum Failure: Equatable { case exhausted, unreachable, closed }

    enum Action: Equatable {
        /// Give an open connection to the waiter.
        case hand(Connection, to: Waiter)
        /// The waiter opens a new connection after the delay and reports `opened` or `openFailed`.
        case open(by: Waiter, after: Duration)
        case fail(Waiter, Failure)
        case close(Connection)
    }

    private let limits: Limits
    private var idle: [(connection: Connection, since: Instant)] = []
    private var born: [Connection: Instant] = [:]
    private var opening: [Waiter: Instant] = [:]
    private var waiting: [(waiter: Waiter, deadline: Instant)] = []
    private var failures = 0
    private var lastFailure: Instant?
    private(set) var isClosed = false

    init(_ limits: Limits) { self.limits = limits }

    var idleCount: Int { idle.count }
    var openCount: Int { born.count }
    var leasedCount: Int { born.count - idle.count }
    var waitingCount: Int { waiting.count + opening.count }

    mutating func lease(_ waiter: Waiter, deadline: Instant, now: Instant) -> [Action] {
        if isClosed { return [.fail(waiter, .closed)] }
        var actions: [Action] = []
        while let last = idle.popLast() {
            if isWorn(last.connection, now) {
                born[last.connection] = nil
                actions.append(.close(last.connection))
            } else {
                return actions + [.hand(last.connection, to: waiter)]
            }
        }
        if born.count + opening.count < limits.maximum {
            opening[waiter] = deadline
            return actions + [.open(by: waiter, after: backoff(now))]
        }
        waiting.append((waiter, deadline))
        return actions
    }

    /// The waiter has its new connection.
    mutating func opened(_ connection: Connection, by waiter: Waiter, now: Instant) -> [Action] {
        opening[waiter] = nil
        failures = 0
        lastFailure = nil
        if isClosed { return [.close(connection), .fail(waiter, .closed)] }
        born[connection] = now
        return [.hand(connection, to: waiter)]
    }

    mutating func openFailed(by waiter: Waiter, now: Instant) -> [Action] {
        // One that lost interest meanwhile still waits for an answer.
        guard let deadline = opening.removeValue(forKey: waiter) else { return [.fail(waiter, .unreachable)] }
        failures += 1
        lastFailure = now
        if isClosed { return [.fail(waiter, .closed)] }
        let delay = backoff(now)
        if now + delay < deadline {
            opening[waiter] = deadline
            return [.open(by: waiter, after: delay)]
        }
        return [.fail(waiter, .unreachable)] + useFreeSlot(now)
    }

    mutating func release(_ connection: Connection, reusable: Bool, now: Instant) -> [Action] {
        guard born[connection] != nil else { return [.close(connection)] }
        guard reusable, !isClosed, !isWorn(connection, now) else {
            born[connection] = nil
            return [.close(connection)] + useFreeSlot(now)
        }
        guard !waiting.isEmpty else {
            idle.append((connection, now))
            return []
        }
        return [.hand(connection, to: waiting.removeFirst().waiter)]
    }

    /// The waiter has lost interest, in the queue or while it was opening.
    mutating func cancel(_ waiter: Waiter, now: Instant) -> [Action] {
        if opening.removeValue(forKey: waiter) != nil { return useFreeSlot(now) }
        waiting.removeAll { $0.waiter == waiter }
        return []
    }

    /// Expires waiters and idle connections; to be called now and then.
    mutating func tick(_ now: Instant) -> [Action] {
        var actions: [Action] = waiting.filter { $0.deadline <= now }.map { .fail($0.waiter, .exhausted) }
        waiting.removeAll { $0.deadline <= now }
        var kept: [(connection: Connection, since: Instant)] = []
        // The front has been idle longest.
        var surplus = born.count - limits.minimum
        for entry in idle {
            if isWorn(entry.connection, now) || (surplus > 0 && now - entry.since >= limits.idleTimeout) {
                surplus -= 1
                born[entry.connection] = nil
                actions.append(.close(entry.connection))
            } else {
                kept.append(entry)
            }
        }
        idle = kept
        return actions
    }

    mutating func close() -> [Action] {
        isClosed = true
        let actions: [Action] =
            waiting.map { .fail($0.waiter, .closed) } + idle.map { .close($0.connection) }
        for entry in idle { born[entry.connection] = nil }
        waiting = []
        idle = []
        return actions
    }

    /// A slot became free: the longest waiting opens a connection in it.
    private mutating func useFreeSlot(_ now: Instant) -> [Action] {
        guard !isClosed, !waiting.isEmpty, born.count + opening.count < limits.maximum else { return [] }
        let next = waiting.removeFirst()
        opening[next.waiter] = next.deadline
        return [.open(by: next.waiter, after: backoff(now))]
    }

    private func isWorn(_ connection: Connection, _ now: Instant) -> Bool {
        born[connection].map { now - $0 >= limits.maximumLifetime } ?? false
    }

    /// 20 ms after the first failure, doubling up to a second, less what has passed since.
    private func backoff(_ now: Instant) -> Duration {
        guard failures > 0, let lastFailure else { return .zero }
        let delay = Duration.milliseconds(min(1000, 20 << min(failures - 1, 6)))
        return max(.zero, delay - (now - lastFailure))
    }
}
