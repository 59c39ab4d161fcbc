import NIOCore
import NIOPosix
import Synchronization

/// A proxy on loopback that remembers what it was asked.
final class TunnelProxy: Sendable {
    /// What was asked so far, in order.
    final class Asked: Sendable {
        let seen = Mutex<[String]>([])
    }

    private let channel: any Channel
    private let scheme: String
    private let asked: Asked

    /// - Parameter handler: of a new connection; it notes what it is asked.
    static func start(
        scheme: String, _ handler: @escaping @Sendable (Asked) -> any ChannelHandler
    ) async throws -> TunnelProxy {
        let asked = Asked()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(handler(asked))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return TunnelProxy(channel, scheme, asked)
    }

    private init(_ channel: any Channel, _ scheme: String, _ asked: Asked) {
        self.channel = channel
        self.scheme = scheme
        self.asked = asked
    }

    var url: String { "\(scheme)://127.0.0.1:\(channel.localAddress?.port ?? 0)" }
    var requests: [String] { asked.seen.withLock { $0 } }

    func stop() async throws { try await channel.close() }
}
