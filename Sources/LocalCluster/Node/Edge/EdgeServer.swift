import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// The one listener that serves every Ingress of the cluster.
struct EdgeServer: Sendable {
    private let channel: any Channel
    private let pools: [Pool]

    private struct Pool: Sendable {
        var pool: NIOLoopBound<EdgePool>
        var sweeping: RepeatedTask
    }

    /// - Throws: ``NodeError`` when the address cannot be listened on.
    static func start(_ place: NodeConfiguration.Endpoint, table: RoutingTable) async throws -> EdgeServer {
        let group = MultiThreadedEventLoopGroup.singleton
        var pools: [ObjectIdentifier: Pool] = [:]
        for loop in group.makeIterator() {
            pools[ObjectIdentifier(loop)] = try await loop.submit {
                let pool = NIOLoopBound(EdgePool(loop: loop), eventLoop: loop)
                return Pool(
                    pool: pool,
                    sweeping: loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
                        pool.value.sweep()
                    })
            }.get()
        }
        let byLoop = pools
        do {
            let channel = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .serverChannelOption(.backlog, value: 1024)
                .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { client in
                    client.eventLoop.makeCompletedFuture {
                        guard let pool = byLoop[ObjectIdentifier(client.eventLoop)]?.pool.value else {
                            throw NodeError(.notFound, "no connection pool for this event loop")
                        }
                        let pipeline = client.pipeline.syncOperations
                        try pipeline.configureHTTPServerPipeline(
                            withPipeliningAssistance: true, withErrorHandling: true)
                        try pipeline.addHandler(EdgeHandler(table: table, pool: pool))
                    }
                }
                .bind(host: place.host, port: place.port).get()
            return EdgeServer(channel: channel, pools: Array(pools.values))
        } catch {
            throw NodeError(.noAddress, "the edge cannot listen on \(place.host):\(place.port)", cause: error)
        }
    }

    var port: Int { channel.localAddress?.port ?? 0 }

    func stop() async {
        try? await channel.close()
        for pool in pools { pool.sweeping.cancel() }
    }
}
