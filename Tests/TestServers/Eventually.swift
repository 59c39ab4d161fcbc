/// Polls until the closure gives a value.
public func eventually<Value>(
    within limit: Duration = .seconds(10), _ what: String = "the condition",
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await body() { return value }
        if ContinuousClock.now >= deadline { throw TestServerError("\(what) did not come within \(limit)") }
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// Polls until the closure says true.
public func eventually(
    within limit: Duration = .seconds(10), _ what: String = "the condition",
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !body() {
        if ContinuousClock.now >= deadline { throw TestServerError("\(what) did not come within \(limit)") }
        try await Task.sleep(for: .milliseconds(20))
    }
}
