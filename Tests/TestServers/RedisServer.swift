import Foundation
import Synchronization

/// A private Redis server on a loopback port, without persistence.
public final class RedisServer: Sendable {
    public let port: Int
    public let password = "secret"
    private let folder: String
    private let process: Mutex<ServerProcess>
    private let databases = Atomic(0)

    public static func start() async throws -> RedisServer {
        let folder = try TemporaryFolder.make("redis")
        let port = try Loopback.freePort()
        let server = RedisServer(port: port, folder: folder, process: try launch(folder, port))
        try await eventually(within: .seconds(60), "Redis") { Loopback.accepts(port) }
        return server
    }

    private init(port: Int, folder: String, process: ServerProcess) {
        self.port = port
        self.folder = folder
        self.process = Mutex(process)
    }

    /// The URL of a logical database that no other call has been given.
    public func url() -> String {
        let number = databases.add(1, ordering: .relaxed).newValue
        return "redis://:\(password)@127.0.0.1:\(port)/\(number)"
    }

    public func kill() { process.withLock { $0.stop(keepFolder: true) } }

    public func restart() async throws {
        let next = try Self.launch(folder, port)
        process.withLock { $0 = next }
        try await eventually("the restarted Redis") { Loopback.accepts(port) }
    }

    public func stop() { process.withLock { $0.stop() } }

    private static func launch(_ folder: String, _ port: Int) throws -> ServerProcess {
        try ServerProcess(
            [
                "redis-server", "--bind", "127.0.0.1", "--port", String(port), "--dir", folder, "--save", "",
                "--appendonly", "no", "--requirepass", "secret", "--databases", "1000",
            ], folder: folder)
    }
}
