internal import DequeModule
import KubernetesClient

/// A queue in which a key waits at most once and is worked on by at most one worker, as a value.
///
/// A key added while it is being worked on waits until that is done (dirty and processing sets, as in client-go). Time
/// comes in from outside.
struct WorkQueueMachine<Key: Hashable & Sendable>: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// In order of arrival, with when that was.
    private var ready: Deque<(key: Key, since: Instant)> = []
    /// Ready, or to be ready once the worker is done.
    private var dirty: Set<Key> = []
    private var processing: [Key: Instant] = [:]
    private var delayed = DelayedKeys<Key>()
    private var backoffs: [Key: Backoff] = [:]
    private let backoff: Backoff
    private(set) var isShutDown = false
    /// How many additions made a key ready that was not waiting already.
    private(set) var additions = 0

    init(backoff: Backoff) { self.backoff = backoff }

    var depth: Int { ready.count }
    var active: Int { processing.count }
    /// The earliest time of a delayed key.
    var nextDelayed: Instant? { delayed.earliest }

    /// Adds a key to be worked on at once.
    ///
    /// - Returns: whether it was not waiting already.
    @discardableResult
    mutating func add(_ key: Key, now: Instant) -> Bool {
        guard !isShutDown, dirty.insert(key).inserted else { return false }
        additions += 1
        delayed.remove(key)
        if processing[key] == nil { ready.append((key, now)) }
        return true
    }

    /// Adds a key later; an earlier time wins over a later one.
    mutating func add(_ key: Key, at time: Instant) {
        guard !isShutDown, !dirty.contains(key) else { return }
        delayed.add(key, at: time)
    }

    /// Moves the keys whose time has come to those ready.
    ///
    /// - Returns: when the next one's comes.
    mutating func wake(now: Instant) -> Instant? {
        for key in delayed.removeDue(now: now) { add(key, now: now) }
        return nextDelayed
    }

    /// Takes a key to work on, with how long it was ready; ``done(_:now:)`` must follow.
    mutating func take(now: Instant) -> (key: Key, waited: Duration)? {
        guard let (key, since) = ready.popFirst() else { return nil }
        dirty.remove(key)
        processing[key] = now
        return (key, now - since)
    }

    /// - Returns: how long the work took.
    @discardableResult
    mutating func done(_ key: Key, now: Instant) -> Duration {
        let begin = processing.removeValue(forKey: key)
        if dirty.contains(key) { ready.append((key, now)) }
        return begin.map { now - $0 } ?? .zero
    }

    /// Adds a key again after the pause that its failures in a row call for.
    ///
    /// - Returns: the pause.
    mutating func retry(_ key: Key, now: Instant, random: Double = .random(in: 0...1)) -> Duration {
        var backoff = backoffs[key] ?? backoff
        let pause = backoff.next(random: random)
        backoffs[key] = backoff
        add(key, at: now + pause)
        return pause
    }

    /// Forgets a key's failures.
    mutating func forget(_ key: Key) { backoffs[key] = nil }

    /// Takes no more keys and gives up those that wait; those worked on may finish.
    mutating func shutDown() {
        isShutDown = true
        ready = []
        dirty = []
        delayed = DelayedKeys()
    }
}
