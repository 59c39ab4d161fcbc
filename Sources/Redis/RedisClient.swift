public import Logging
public import PodEnvironment

/// A pipelined connection to one Redis server that reconnects by itself.
public final class RedisClient: RedisCommands {
    /// `url` (`redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS) is asked anew for every
    /// connection, so that a rotated password is used as soon as it is mounted.
    public init(
        environment: PodEnvironment = .current, commandTimeout: Duration = .seconds(2),
        connectTimeout: Duration = .seconds(2), logger: Logger = Logger(label: "redis"),
        url: @escaping @Sendable () throws -> String
    ) {}

    public func send(_ command: [String]) async throws -> RedisValue { fatalError("soon") }

    public func send(pipeline commands: [[String]]) async throws -> [RedisValue] { fatalError("soon") }

    public func close() async { fatalError("soon") }
}
