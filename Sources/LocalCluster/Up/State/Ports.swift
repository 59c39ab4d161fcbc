import NIOCore
import NIOPosix

/// Which addresses can be listened on.
enum Ports {
    /// Whether nobody listens on the address; tried by listening on it for a moment.
    static func isFree(_ address: String, _ port: Int) async -> Bool {
        do {
            let channel = try await bootstrap.bind(host: address, port: port).get()
            try await channel.close()
            return true
        } catch {
            return false
        }
    }

    /// A port of 127.0.0.1 nobody uses now.
    static func unused() async throws -> Int {
        let channel = try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
        let port = channel.localAddress?.port ?? 0
        try await channel.close()
        return port
    }

    private static var bootstrap: ServerBootstrap {
        ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
    }
}
