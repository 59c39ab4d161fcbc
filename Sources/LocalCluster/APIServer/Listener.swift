internal import NIOCore
internal import Synchronization

/// The socket a server listens on, to be closed before the server is cancelled.
final class Listener: Sendable {
    private struct State {
        var channel: (any Channel)?
        var closing: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())
    /// How long the server has to take up the connections that were there when the socket was closed.
    private static let pause = TimeAmount.milliseconds(100)

    func opened(_ channel: any Channel) {
        let closing = state.withLock { state in
            state.channel = channel
            return state.closing
        }
        if let closing { Self.close(channel, closing) }
    }

    /// Closes the socket as soon as it is there.
    ///
    /// - Parameter done: called when nobody can connect any more.
    func close(_ done: @escaping @Sendable () -> Void) {
        let channel = state.withLock { state in
            state.closing = done
            return state.channel
        }
        if let channel { Self.close(channel, done) }
    }

    private static func close(_ channel: any Channel, _ done: @escaping @Sendable () -> Void) {
        channel.close(promise: nil)
        channel.closeFuture.whenComplete { _ in _ = channel.eventLoop.scheduleTask(in: pause, done) }
    }
}
