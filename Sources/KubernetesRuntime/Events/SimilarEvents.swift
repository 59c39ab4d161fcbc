import KubernetesClient

/// Which events differ from others only in their message, as a value: from the tenth message within ten minutes on they
/// are told as one, as client-go tells them.
struct SimilarEvents: Sendable {
    private struct Key: Hashable {
        var about: String
        var kind: EventRecorder.Kind
        var reason: String
    }

    private struct Known {
        var messages: Set<String> = []
        var last: Timestamp
    }

    static let prefix = "(combined from similar events): "
    private static let limit = 10
    private static let window = Duration.seconds(600)
    private var known: [Key: Known] = [:]
    private let capacity: Int

    init(capacity: Int = 512) { self.capacity = capacity }

    /// The event as it is to be told.
    mutating func combined(_ event: RecordedEvent) -> RecordedEvent {
        let about = event.about
        let key = Key(
            about: "\(about.namespace ?? "")/\(about.name)/\(about.uid)/\(about.fieldPath ?? "")", kind: event.kind,
            reason: event.reason)
        var similar = known[key] ?? Known(last: event.time)
        if event.time - similar.last > Self.window { similar.messages = [] }
        similar.messages.insert(event.message)
        similar.last = event.time
        defer { known[key] = similar }
        if known[key] == nil, known.count >= capacity, let oldest = known.min(by: { $0.value.last < $1.value.last }) {
            known[oldest.key] = nil
        }
        guard similar.messages.count >= Self.limit else { return event }
        similar.messages.remove(event.message)
        var event = event
        event.message = Self.prefix + event.message
        event.isCombined = true
        return event
    }
}
