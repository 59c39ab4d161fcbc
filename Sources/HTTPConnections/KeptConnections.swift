public import HummingbirdCore
public import Logging
public import NIOCore
import Synchronization

/// Connections as `Base` makes them, those too that come while the server stops. Nobody takes them up any more, and NIO
/// stops the process when one is let go while it is open: so each is kept until it is closed.
public struct KeptConnections<Base: ServerChildChannel>: ServerChildChannel {
    private let base: Base
    private let waiting: WaitingConnections

    /// - Parameter waiting: to close, at the server's end, those that nobody took up; without it they end with the process.
    public init(_ base: Base, waiting: WaitingConnections = WaitingConnections()) {
        self.base = base
        self.waiting = waiting
    }

    public func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Base.Value> {
        base.setup(channel: channel, logger: logger).map { [waiting] value in
            waiting.add(channel)
            channel.closeFuture.whenComplete { _ in withExtendedLifetime(value) { waiting.remove(channel) } }
            return value
        }
    }

    public func handle(value: Base.Value, logger: Logger) async {
        waiting.remove(value.channel)
        await base.handle(value: value, logger: logger)
    }
}

/// The connections that nobody has taken up yet.
public final class WaitingConnections: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosed = false
    }

    private let state = Mutex(State())

    public init() {}

    func add(_ channel: any Channel) {
        let isClosed = state.withLock { state in
            state.channels[ObjectIdentifier(channel)] = channel
            return state.isClosed
        }
        if isClosed { channel.close(promise: nil) }
    }

    func remove(_ channel: any Channel) {
        state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
    }

    /// Closes them, and those that still come.
    public func close() {
        let channels = state.withLock { state in
            state.isClosed = true
            return state.channels
        }
        for channel in channels.values { channel.close(promise: nil) }
    }
}
