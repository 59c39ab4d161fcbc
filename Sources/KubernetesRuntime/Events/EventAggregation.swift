import KubernetesClient

/// Which events are repeats of one another, as a value.
///
/// An event that says the same of the same object as one of the last hour is counted in that one. The memory is
/// bounded; each object may make a burst of new events and then one every so often.
struct EventAggregation: Sendable {
    struct Key: Sendable, Hashable {
        var uid: String
        var object: ObjectKey
        var kind: EventRecorder.Kind
        var reason: String
        var message: String

        init(_ event: RecordedEvent) {
            uid = event.about.uid
            object = ObjectKey(namespace: event.about.namespace, name: event.about.name)
            kind = event.kind
            reason = event.reason
            message = event.isCombined ? SimilarEvents.prefix : event.message
        }
    }

    enum Decision: Sendable, Hashable {
        case create
        /// Set the count of the Event with this name.
        case count(name: String, namespace: String, count: Int)
        case drop
    }

    private struct Known: Sendable {
        var name: String
        var namespace: String
        var count: Int
        var last: Timestamp
    }

    private struct Bucket: Sendable {
        var tokens: Double
        var last: Timestamp
    }

    private var known: [Key: Known] = [:]
    private var buckets: [ObjectKey: Bucket] = [:]
    private let capacity: Int
    private let burst: Double
    private let refill: Duration
    static let window = Duration.seconds(3600)

    /// - Parameters:
    ///   - burst: how many writes an object's events may cause at once.
    ///   - refill: how often one more is allowed.
    init(capacity: Int = 512, burst: Int = 25, refill: Duration = .seconds(30)) {
        self.capacity = capacity
        self.burst = Double(burst)
        self.refill = refill
    }

    mutating func decide(_ event: RecordedEvent) -> Decision {
        let key = Key(event)
        guard takeToken(key.object, event.time) else { return .drop }
        guard let present = known[key], event.time - present.last < Self.window else { return .create }
        known[key]?.count += 1
        known[key]?.last = event.time
        return .count(name: present.name, namespace: present.namespace, count: present.count + 1)
    }

    /// Remembers the Event made for a recorded one.
    mutating func created(_ event: RecordedEvent, name: String, namespace: String) {
        if known.count >= capacity, let oldest = known.min(by: { $0.value.last < $1.value.last })?.key {
            known[oldest] = nil
        }
        known[Key(event)] = Known(name: name, namespace: namespace, count: 1, last: event.time)
    }

    /// Forgets an Event that is no longer there.
    mutating func forget(_ event: RecordedEvent) { known[Key(event)] = nil }

    private mutating func takeToken(_ object: ObjectKey, _ time: Timestamp) -> Bool {
        if buckets.count >= capacity, let oldest = buckets.min(by: { $0.value.last < $1.value.last })?.key {
            buckets[oldest] = nil
        }
        var bucket = buckets[object] ?? Bucket(tokens: burst, last: time)
        bucket.tokens = min(burst, bucket.tokens + max(0, (time - bucket.last).seconds) / refill.seconds)
        bucket.last = time
        defer { buckets[object] = bucket }
        guard bucket.tokens >= 1 else { return false }
        bucket.tokens -= 1
        return true
    }
}
