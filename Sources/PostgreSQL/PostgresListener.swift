public import Logging
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// LISTEN on its own connection, reconnecting with backoff.
public struct PostgresListener: Sendable {
    private let configuration: PostgresConfiguration
    private let channel: String
    private let logger: Logger

    public init(_ configuration: PostgresConfiguration, channel: String, logger: Logger = Logger(label: "postgres")) {
        self.configuration = configuration
        self.channel = channel
        self.logger = logger
    }

    /// Calls the closure with each notification's payload, and with `nil` after each (re)connect, when notifications
    /// may have been missed. Runs until the task is cancelled.
    public func run(_ body: @Sendable (String?) async -> Void) async {
        var failures = 0
        while !Task.isCancelled {
            do {
                let session = try await PostgresSession.connect(configuration)
                defer { session.close() }
                let quoted = "\"" + channel.replacing("\"", with: "\"\"") + "\""
                _ = try await session.perform { wire throws(PostgresError) in
                    try wire.run(["LISTEN \(unchecked: quoted)"])
                }
                failures = 0
                await body(nil)
                while !Task.isCancelled {
                    // Short waits, so that cancellation is noticed; the server pushes, so nothing is late.
                    let payloads = try await session.perform { wire throws(PostgresError) in
                        _ = wire.wait(POLLIN, deadline: .now + .milliseconds(500))
                        return try wire.notifications()
                    }
                    for payload in payloads { await body(payload) }
                }
            } catch {
                failures += 1
                logger.debug("listening failed", metadata: ["error": "\(error)"])
                let ceiling = min(5000, 100 << min(failures, 6))
                try? await Task.sleep(for: .milliseconds(Int.random(in: ceiling / 2...ceiling)))
            }
        }
    }
}
