internal import Synchronization

/// What a watcher has yet to be told. It is taken in batches, so that many changes in a row cost it one awakening and
/// its client one write.
final class WatchQueue: Sendable {
    private let waiting = Mutex<[WatchSignal]>([])
    private let news = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    private static let limit = 8192

    /// A watcher that does not keep up is closed; it resumes from the last revision it saw.
    func send(_ signal: WatchSignal) {
        let isFull = waiting.withLock { waiting in
            if waiting.count < Self.limit { waiting.append(signal) }
            return waiting.count == Self.limit
        }
        news.continuation.yield()
        if isFull { finish() }
    }

    /// Ends the batches after what has been sent.
    func finish() { news.continuation.finish() }

    /// All that was sent since the batch before, as soon as there is something.
    var batches: some AsyncSequence<[WatchSignal], Never> & Sendable {
        news.stream.map { [self] in
            waiting.withLock { waiting in
                defer { waiting = [] }
                return waiting
            }
        }
    }
}
