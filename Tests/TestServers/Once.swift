/// A value made once, when first asked for, however many ask at a time.
public actor Once<Value: Sendable> {
    private let make: @Sendable () async throws -> Value
    private var task: Task<Value, any Error>?

    public init(_ make: @escaping @Sendable () async throws -> Value) { self.make = make }

    public func value() async throws -> Value {
        if let task { return try await task.value }
        let made = Task { try await make() }
        task = made
        return try await made.value
    }
}
