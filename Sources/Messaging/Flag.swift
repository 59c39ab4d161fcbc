import Synchronization

/// A flag shared by the parts of a consumer.
final class Flag: Sendable {
    private let value = Atomic(false)
    var isSet: Bool { value.load(ordering: .sequentiallyConsistent) }
    func set(_ value: Bool) { self.value.store(value, ordering: .sequentiallyConsistent) }
}
