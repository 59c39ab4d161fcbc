import NIOCore
import NIOPosix
import Synchronization

/// Networks 127.N.0.0/16 for nodes under test; no two get the same, nor one where somebody else has a node.
enum FreeNetwork {
    private static let last = Mutex(Int.random(in: 20..<240))

    static func next() async throws -> Int {
        for _ in 0..<220 {
            let network = last.withLock { last in
                last = last < 239 ? last + 1 : 20
                return last
            }
            let bound = try? await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .bind(host: "127.\(network).0.5", port: 8080).get()
            if let bound {
                try await bound.close()
                return network
            }
        }
        throw CancellationError()
    }
}
