public import Logging
import Metrics
import NIOCore
import NIOPosix
import NIOSSL
public import PodEnvironment
import Synchronization

/// A pipelined connection to one Redis server that reconnects by itself.
public final class RedisClient: RedisCommands {
    private enum State {
        case disconnected(failures: Int, since: ContinuousClock.Instant)
        case connecting(Task<any Channel, any Error>, failures: Int)
        case connected(any Channel)
        case closed
    }

    private let environment: PodEnvironment
    private let commandTimeout: Duration
    private let connectTimeout: Duration
    private let logger: Logger
    private let url: @Sendable () throws -> String
    private let state = Mutex(State.disconnected(failures: 0, since: .now))
    private let group = MultiThreadedEventLoopGroup.singleton

    /// `url` (`redis://[user:password@]host[:port][/database]`, or `rediss://` for TLS) is asked anew for every
    /// connection, so that a rotated password is used as soon as it is mounted.
    public init(
        environment: PodEnvironment = .current, commandTimeout: Duration = .seconds(2),
        connectTimeout: Duration = .seconds(2), logger: Logger = Logger(label: "redis"),
        url: @escaping @Sendable () throws -> String
    ) {
        self.environment = environment
        self.commandTimeout = commandTimeout
        self.connectTimeout = connectTimeout
        self.logger = logger
        self.url = url
    }

    public func send(_ command: [String]) async throws -> RedisValue {
        let value = try await send(pipeline: [command])[0]
        if case .error(let message) = value { throw RedisError(.server, message) }
        return value
    }

    public func send(pipeline commands: [[String]]) async throws -> [RedisValue] {
        if commands.isEmpty { return [] }
        let channel = try await connectedChannel()
        return try await exchange(commands, channel)
    }

    private func exchange(_ commands: [[String]], _ channel: any Channel) async throws -> [RedisValue] {
        let promise = channel.eventLoop.makePromise(of: [RedisValue].self)
        let batch = RedisBatch(bytes: RedisBatch.encode(commands), count: commands.count, promise: promise)
        // A server that does not answer is given up: replies could no longer be told apart.
        let timeout = channel.eventLoop.scheduleTask(in: .nanoseconds(commandTimeout.nanoseconds)) {
            promise.fail(RedisError(.timeout, "Redis did not answer in time"))
            channel.close(promise: nil)
        }
        channel.writeAndFlush(batch).whenFailure { promise.fail(RedisError(.connection, "\($0)")) }
        defer { timeout.cancel() }
        do {
            return try await promise.futureResult.get()
        } catch let error as RedisError {
            throw error
        } catch {
            throw RedisError(.connection, "\(error)")
        }
    }

    // MARK: - Connection

    private func connectedChannel() async throws -> any Channel {
        let task: Task<any Channel, any Error>
        enum Next {
            case use(any Channel)
            case wait(Task<any Channel, any Error>)
            case fail(RedisError)
        }
        let next: Next = state.withLock { state in
            switch state {
            case .connected(let channel) where channel.isActive: return .use(channel)
            case .connecting(let task, _): return .wait(task)
            case .closed: return .fail(RedisError(.closed, "the client is closed"))
            case .connected: return .wait(begin(&state, failures: 0, after: .zero))
            case .disconnected(let failures, let since):
                let delay = Self.backoff(failures) - (ContinuousClock.now - since)
                return .wait(begin(&state, failures: failures, after: max(.zero, delay)))
            }
        }
        switch next {
        case .use(let channel): return channel
        case .fail(let error): throw error
        case .wait(let connecting): task = connecting
        }
        do {
            return try await task.value
        } catch let error as RedisError {
            throw error
        } catch {
            throw RedisError(.connection, "\(error)")
        }
    }

    /// Connects in a task that all who need the connection wait for; the state owns it.
    private func begin(
        _ state: inout State, failures: Int, after delay: Duration
    ) -> Task<any Channel, any Error> {
        let task = Task { [self] in
            do {
                if delay > .zero { try await Task.sleep(for: delay) }
                let channel = try await connect()
                let closed = self.state.withLock { state in
                    if case .closed = state { return true }
                    state = .connected(channel)
                    return false
                }
                if closed {
                    channel.close(promise: nil)
                    throw RedisError(.closed, "the client is closed")
                }
                return channel
            } catch {
                self.state.withLock { state in
                    if case .closed = state { return }
                    state = .disconnected(failures: failures + 1, since: .now)
                }
                throw error
            }
        }
        state = .connecting(task, failures: failures)
        return task
    }

    /// None the first time, then 50 ms doubling up to a second, jittered.
    private static func backoff(_ failures: Int) -> Duration {
        if failures == 0 { return .zero }
        let ceiling = min(1000, 50 << min(failures, 5))
        return .milliseconds(Int.random(in: ceiling / 2...ceiling))
    }

    private func connect() async throws -> any Channel {
        let url = try RedisURL(url())
        let host = environment.hostAddress(url.host) ?? url.host
        let context = url.tls ? try NIOSSLContext(configuration: .makeClientConfiguration()) : nil
        let bootstrap = ClientBootstrap(group: group)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .connectTimeout(.nanoseconds(connectTimeout.nanoseconds))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let context {
                        let name = url.host.allSatisfy { $0.isNumber || $0 == "." || $0 == ":" } ? nil : url.host
                        try pipeline.addHandler(NIOSSLClientHandler(context: context, serverHostname: name))
                    }
                    try pipeline.addHandler(RedisChannelHandler { [weak self] in self?.disconnected(channel) })
                }
            }
        let channel: any Channel
        do {
            channel = try await bootstrap.connect(host: host, port: url.port).get()
        } catch {
            throw RedisError(.connection, "\(url.host):\(url.port): \(error)")
        }
        var greeting: [[String]] = []
        if let password = url.password { greeting.append(["AUTH"] + (url.user.map { [$0] } ?? []) + [password]) }
        if url.database != 0 { greeting.append(["SELECT", String(url.database)]) }
        if !greeting.isEmpty {
            for case .error(let message) in try await exchange(greeting, channel) {
                channel.close(promise: nil)
                throw RedisError(.connection, message)
            }
        }
        return channel
    }

    private func disconnected(_ channel: any Channel) {
        state.withLock { state in
            if case .connected(let current) = state, current === channel {
                state = .disconnected(failures: 0, since: .now)
            }
        }
    }

    public func close() async {
        let (channel, task) = state.withLock { state -> ((any Channel)?, Task<any Channel, any Error>?) in
            defer { state = .closed }
            switch state {
            case .connected(let channel): return (channel, nil)
            case .connecting(let task, _): return (nil, task)
            default: return (nil, nil)
            }
        }
        task?.cancel()
        _ = try? await task?.value
        try? await channel?.close().get()
    }
}

extension Duration {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }
}
