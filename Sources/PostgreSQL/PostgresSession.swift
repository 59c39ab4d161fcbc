import Synchronization

/// A connection and the thread it lives on.
final class PostgresSession: Sendable {
    private let thread: WorkerThread
    private let wire: Confined<PostgresWire>
    let born = ContinuousClock.now

    /// Connects on a new thread of its own.
    static func connect(_ configuration: PostgresConfiguration) async throws(PostgresError) -> PostgresSession {
        let thread = WorkerThread()
        let result = await thread.run { () -> Result<Confined<PostgresWire>, PostgresError> in
            do throws(PostgresError) {
                return .success(Confined(try PostgresWire(configuration)))
            } catch {
                return .failure(error)
            }
        }
        switch result {
        case .success(let wire): return PostgresSession(thread: thread, wire: wire)
        case .failure(let error):
            thread.stop()
            throw error
        case nil: throw PostgresError(.connection, "no thread could be started", nothingSent: true)
        }
    }

    private init(thread: WorkerThread, wire: Confined<PostgresWire>) {
        self.thread = thread
        self.wire = wire
    }

    deinit { close() }

    /// Runs work on the connection's thread.
    func perform<Value: Sendable>(
        _ work: @escaping @Sendable (PostgresWire) throws(PostgresError) -> Value
    ) async throws(PostgresError) -> Value {
        let wire = wire
        let result = await thread.run { () -> Result<Value, PostgresError> in
            do throws(PostgresError) {
                return .success(try work(wire.value))
            } catch {
                return .failure(error)
            }
        }
        guard let result else { throw PostgresError(.connection, "the connection is closed", nothingSent: true) }
        return try result.get()
    }

    func close() {
        let wire = wire
        thread.enqueue { wire.value.close() }
        thread.stop()
    }
}

/// A value that only its session's thread touches.
struct Confined<Value>: @unchecked Sendable {
    // Unchecked: the session runs every use of the value on one serial thread.
    let value: Value
    init(_ value: Value) { self.value = value }
}

extension PostgresSession: Hashable {
    static func == (left: PostgresSession, right: PostgresSession) -> Bool { left === right }
    func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
