import Synchronization

/// An open transaction. BEGIN is sent together with the first statements, so a transaction of one batch and its COMMIT
/// are two round trips.
public final class PostgresTransaction: PostgresExecutor {
    private enum State { case new, open, ended }

    private let session: PostgresSession
    private let isolation: IsolationLevel
    private let state = Mutex(State.new)
    private let pending = Mutex<Set<String>>([])

    init(_ session: PostgresSession, isolation: IsolationLevel) {
        self.session = session
        self.isolation = isolation
    }

    public func batch(_ statements: [SQL]) async throws -> [ResultSet] {
        if statements.isEmpty { return [] }
        for statement in statements where !statement.signals.isEmpty {
            pending.withLock { $0.formUnion(statement.signals) }
        }
        return try await session.perform { [self] wire throws(PostgresError) in
            let before = state.withLock { state in
                let before = state
                if state == .new { state = .open }
                return before
            }
            switch before {
            case .ended: throw PostgresError(.misuse, "the transaction has ended")
            case .open: return try wire.run(statements)
            case .new:
                let begin: SQL = "BEGIN ISOLATION LEVEL \(unchecked: isolation.rawValue)"
                return Array(try wire.run([begin] + statements).dropFirst())
            }
        }
    }

    /// The signals of everything that was run.
    var signals: Set<String> { pending.withLock { $0 } }

    /// Ends the transaction. An error thrown before COMMIT was sent has `nothingSent` set: nothing took effect.
    func commit() async throws(PostgresError) {
        try await session.perform { [self] wire throws(PostgresError) in
            guard end() == .open else { return }
            if !wire.isUsable { throw PostgresError(.connection, "the connection is closed", nothingSent: true) }
            if wire.isAborted {
                _ = try wire.run(["ROLLBACK"])
                throw PostgresError(
                    .init(rawValue: "25P02"), "a statement of the transaction failed, nothing was committed")
            }
            _ = try wire.run(["COMMIT"])
        }
    }

    func rollback() async {
        _ = try? await session.perform { [self] wire throws(PostgresError) in
            guard end() == .open, wire.isUsable else { return }
            _ = try wire.run(["ROLLBACK"])
        }
    }

    private func end() -> State {
        state.withLock { state in
            let before = state
            state = .ended
            return before
        }
    }
}
