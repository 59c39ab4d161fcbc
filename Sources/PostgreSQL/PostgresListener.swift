public import Logging

/// LISTEN on its own connection, reconnecting with backoff.
public struct PostgresListener: Sendable {
    public init(_ configuration: PostgresConfiguration, channel: String, logger: Logger = Logger(label: "postgres")) {}

    /// Calls the closure with each notification's payload, and with `nil` after each (re)connect, when notifications
    /// may have been missed. Runs until the task is cancelled.
    public func run(_ body: @Sendable (String?) async -> Void) async { fatalError("soon") }
}
