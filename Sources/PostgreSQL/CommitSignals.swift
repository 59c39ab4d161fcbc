import Synchronization

/// Tells tasks of this process that a transaction of interest has been committed by this process.
///
/// This is NOTIFY without its price: the server takes a lock of the whole cluster for every commit that notifies, which
/// ends group commit. Work that other processes commit is found by polling.
public final class CommitSignals: Sendable {
    private struct Listener {
        let signal: String
        let continuation: AsyncStream<Void>.Continuation
    }

    private let listeners = Mutex<[UInt64: Listener]>([:])
    private let next = Atomic<UInt64>(0)

    /// An element after each commit of a statement that bears the signal; several commits may make one element.
    public func stream(of signal: String) -> AsyncStream<Void> {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = next.add(1, ordering: .relaxed).newValue
        continuation.onTermination = { [weak self] _ in
            self?.listeners.withLock { $0[id] = nil }
        }
        listeners.withLock { $0[id] = Listener(signal: signal, continuation: continuation) }
        return stream
    }

    func send(_ signals: Set<String>) {
        if signals.isEmpty { return }
        let continuations = listeners.withLock { listeners in
            listeners.values.filter { signals.contains($0.signal) }.map(\.continuation)
        }
        for continuation in continuations { continuation.yield() }
    }
}
