import NIOCore
import Synchronization

/// Encoded answers, kept in this process for less than a second: other replicas may change what they show.
///
/// When an answer is no longer fresh, one caller loads it anew while the others get the old one, for at most as long
/// again; so a popular answer costs one load per lifetime.
final class BodyCache: Sendable {
    private struct Entry {
        var body: ByteBuffer
        var freshUntil: ContinuousClock.Instant
        var goodUntil: ContinuousClock.Instant
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// Grows with every invalidation, so that an answer loaded before one is not kept after it.
        var generation = 0
    }

    private enum Found {
        case body(ByteBuffer)
        case load(generation: Int)
    }

    private let state = Mutex(State())
    private let capacity: Int
    private let lifetime: Duration

    /// An answer is at most twice the lifetime old.
    init(capacity: Int, lifetime: Duration = .milliseconds(450)) {
        self.capacity = capacity
        self.lifetime = lifetime
    }

    /// The answer of a key, loaded when needed; `nil` answers are not kept.
    func body(_ key: String, load: () async throws -> ByteBuffer?) async throws -> ByteBuffer? {
        let now = ContinuousClock.now
        let found: Found = state.withLock { state in
            guard let entry = state.entries[key], now < entry.goodUntil else {
                return .load(generation: state.generation)
            }
            if now < entry.freshUntil { return .body(entry.body) }
            // This caller loads; until it is done the others take the entry as fresh.
            state.entries[key]?.freshUntil = entry.goodUntil
            return .load(generation: state.generation)
        }
        switch found {
        case .body(let body): return body
        case .load(let generation):
            guard let body = try await load() else { return nil }
            keep(body, for: key, loadedIn: generation)
            return body
        }
    }

    private func keep(_ body: ByteBuffer, for key: String, loadedIn generation: Int) {
        let now = ContinuousClock.now
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.entries.count >= capacity, state.entries[key] == nil {
                state.entries = state.entries.filter { now < $0.value.goodUntil }
                if state.entries.count >= capacity { state.entries.removeAll(keepingCapacity: true) }
            }
            state.entries[key] = Entry(body: body, freshUntil: now + lifetime, goodUntil: now + lifetime + lifetime)
        }
    }

    /// Forgets everything: writes are rare, and what a list shows depends on every product.
    func invalidate() {
        state.withLock { state in
            state.generation += 1
            state.entries.removeAll(keepingCapacity: true)
        }
    }
}
