import Foundation
public import PostgreSQL
import Synchronization

/// A private PostgreSQL server on a loopback port. What is committed survives the server, not the machine.
public final class PostgresServer: Sendable {
    public let port: Int
    public let folder: String
    private let process: Mutex<ServerProcess>
    private let databases = Atomic(0)
    private let administration: PostgresPool

    public static let superuser = "postgres"

    /// Initialises and starts a server: about two seconds.
    public static func start() async throws -> PostgresServer {
        let folder = try TemporaryFolder.make("postgres")
        let bin = try binaries()
        if getuid() == 0, let owner = getpwnam("postgres") {
            chown(folder, owner.pointee.pw_uid, owner.pointee.pw_gid)
        }
        try await run(
            unprivileged + [
                bin + "/initdb", "-D", folder + "/data", "-U", superuser, "-A", "trust", "-E", "UTF8",
                "--locale=C.UTF-8",
                "--no-sync", "--no-instructions",
            ], log: folder + "/initdb.log")
        let port = try Loopback.freePort()
        let server = PostgresServer(port: port, folder: folder, process: try launch(bin, folder, port))
        try await server.waitUntilReady()
        return server
    }

    private init(port: Int, folder: String, process: ServerProcess) {
        self.port = port
        self.folder = folder
        self.process = Mutex(process)
        var configuration = PostgresConfiguration(
            PostgresCredentials(
                host: "127.0.0.1", port: port, database: "postgres", user: Self.superuser, password: "",
                sslMode: "disable"))
        configuration.maximumConnections = 1
        configuration.minimumConnections = 0
        configuration.idleTimeout = .seconds(1)
        // Databases are made one after the other, for as many tests as begin at once.
        configuration.leaseTimeout = .seconds(120)
        configuration.statementTimeout = .seconds(60)
        self.administration = PostgresPool(configuration)
    }

    /// Credentials of a fresh database with an owner of its own that is not a superuser.
    public func database() async throws -> PostgresCredentials {
        let number = databases.add(1, ordering: .relaxed).newValue
        let name = "test_\(number)"
        try await administration.execute("CREATE ROLE \(unchecked: name) LOGIN PASSWORD 'secret'")
        try await administration.execute("CREATE DATABASE \(unchecked: name) OWNER \(unchecked: name)")
        return PostgresCredentials(
            host: "127.0.0.1", port: port, database: name, user: name, password: "secret", sslMode: "disable")
    }

    /// Superuser credentials, for tests that administer the server.
    public var superuserCredentials: PostgresCredentials {
        PostgresCredentials(
            host: "127.0.0.1", port: port, database: "postgres", user: Self.superuser, password: "", sslMode: "disable")
    }

    /// Kills the postmaster and waits until it is gone.
    public func kill() {
        process.withLock { $0.stop(keepFolder: true) }
    }

    /// Starts the server again on the same data and port.
    public func restart() async throws {
        let bin = try Self.binaries()
        // The killed postmaster's children keep the shared memory until they notice; a start before that is refused.
        try await eventually(within: .seconds(30), "the restarted PostgreSQL") {
            let next = try Self.launch(bin, folder, port)
            for _ in 0..<100 {
                if Loopback.accepts(port) {
                    process.withLock { $0 = next }
                    return true
                }
                if let child = next.child, Foundation.kill(child, 0) != 0 { break }
                try await Task.sleep(for: .milliseconds(20))
            }
            next.stop(keepFolder: true)
            return false
        }
        try await waitUntilReady()
    }

    public func stop() async {
        await administration.close()
        process.withLock { $0.stop() }
    }

    private func waitUntilReady() async throws {
        try await eventually(within: .seconds(30), "PostgreSQL") {
            (try? await administration.query("SELECT 1")) != nil
        }
    }

    private static func launch(_ bin: String, _ folder: String, _ port: Int) throws -> ServerProcess {
        try ServerProcess(
            unprivileged + [
                bin + "/postgres", "-D", folder + "/data", "-p", String(port), "-c", "listen_addresses=127.0.0.1",
                "-c", "unix_socket_directories=", "-c", "fsync=off",
                "-c", "full_page_writes=off", "-c", "shared_buffers=32MB", "-c", "max_connections=200",
                "-c", "max_wal_senders=0", "-c", "wal_level=minimal", "-c", "jit=off",
            ], folder: folder, otherPIDFile: folder + "/data/postmaster.pid")
    }

    /// PostgreSQL refuses to run as root.
    private static var unprivileged: [String] {
        getuid() == 0 ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", "--"] : []
    }

    private static func binaries() throws -> String {
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []).compactMap(
            Int.init)
        guard let newest = versions.max() else { throw TestServerError("PostgreSQL is not installed") }
        return "/usr/lib/postgresql/\(newest)/bin"
    }

    /// Runs a program to its end. Not by Foundation's Process, which takes it for running as long as any other child
    /// that was started meanwhile (a broker) holds the socket by which it notices the end.
    private static func run(_ arguments: [String], log: String) async throws {
        let script = #"cd / && exec "$@" </dev/null >"$0" 2>&1"#
        let argv = (["/bin/sh", "-c", script, log] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in argv { free(pointer) } }
        var pid = pid_t()
        let failure = posix_spawn(&pid, "/bin/sh", nil, nil, argv, environ)
        guard failure == 0 else { throw TestServerError("/bin/sh: \(failure)") }
        let status = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [pid] in
                var status: Int32 = 0
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                continuation.resume(returning: status)
            }
        }
        guard status == 0 else {
            throw TestServerError((try? String(contentsOfFile: log, encoding: .utf8)) ?? "initdb failed")
        }
    }
}
