import Foundation

/// A server program of this test process, under a shell that ends it when this process ends, however it ends: the
/// shell's standard input is a pipe whose other end only this process holds.
final class ServerProcess: Sendable {
    let supervisor: pid_t
    private let pipe: Int32

    private static let script = """
        "$@" </dev/null >>"$LOG" 2>&1 &
        child=$!
        echo $child >"$PIDFILE"
        read order
        kill -KILL $child 2>/dev/null
        [ -n "$ALSO" ] && [ -f "$ALSO" ] && kill -KILL $(head -1 "$ALSO") 2>/dev/null
        wait $child 2>/dev/null
        [ "$order" = keep ] || for n in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$FOLDER" 2>/dev/null && break; sleep 0.2; done
        """

    /// - Parameters:
    ///   - folder: removed at the end, unless the process is stopped with `keepFolder`.
    ///   - otherPIDFile: holds in its first line the pid of a process to be killed too (a postmaster that the child is
    ///     only the launcher of).
    init(_ arguments: [String], environment: [String: String] = [:], folder: String, otherPIDFile: String = "") throws {
        var ends: [Int32] = [0, 0]
        // No other child may hold this end; a pipe could only be told so when a child may have it already.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw TestServerError("socketpair: \(errno)") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        // Its own process group, so that Ctrl-C reaches the tests first; no inherited signal dispositions.
        posix_spawnattr_setflags(
            &attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK))
        var defaults = sigset_t()
        sigfillset(&defaults)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        // Threads of this process block signals that the shell waits for.
        var mask = sigset_t()
        sigemptyset(&mask)
        posix_spawnattr_setsigmask(&attributes, &mask)
        defer { posix_spawnattr_destroy(&attributes) }
        var variables = environment
        variables["PATH"] = "/usr/lib/rabbitmq/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        variables["LC_ALL"] = "C.UTF-8"
        variables["LOG"] = folder + "/log"
        variables["PIDFILE"] = folder + "/child.pid"
        variables["FOLDER"] = folder
        variables["ALSO"] = otherPIDFile
        let argv = (["/bin/sh", "-c", Self.script, "supervisor"] + arguments).map { strdup($0) } + [nil]
        let envp = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in argv + envp { free(pointer) } }
        var pid = pid_t()
        let failure = posix_spawn(&pid, "/bin/sh", &actions, &attributes, argv, envp)
        close(ends[0])
        guard failure == 0 else {
            close(ends[1])
            throw TestServerError("posix_spawn: \(failure)")
        }
        self.supervisor = pid
        self.pipe = ends[1]
        self.childPIDFile = folder + "/child.pid"
    }

    private let childPIDFile: String

    /// The server's own process.
    var child: pid_t? {
        (try? String(contentsOfFile: childPIDFile, encoding: .utf8))
            .flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// Ends the server and waits until it is gone.
    func stop(keepFolder: Bool = false) {
        if keepFolder {
            let order = Array("keep\n".utf8)
            _ = write(pipe, order, order.count)
        }
        close(pipe)
        var status: Int32 = 0
        while waitpid(supervisor, &status, 0) < 0, errno == EINTR {}
    }
}

public struct TestServerError: Error, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

enum Loopback {
    /// A port of 127.0.0.1 that was free just now.
    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(descriptor, pointer, length) == 0 && getsockname(descriptor, pointer, &length) == 0
            }
        }
        guard bound else { throw TestServerError("bind: \(errno)") }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    static func accepts(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        address.sin_port = UInt16(port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

enum TemporaryFolder {
    static func make(_ name: String) throws -> String {
        let path = NSTemporaryDirectory() + "storefront-\(name)-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }
}

/// Polls until the closure gives a value.
public func eventually<Value>(
    within limit: Duration = .seconds(10), _ what: String = "the condition",
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value?
) async throws -> Value {
    let deadline = ContinuousClock.now + limit
    while true {
        if let value = try await body() { return value }
        if ContinuousClock.now >= deadline { throw TestServerError("\(what) did not come within \(limit)") }
        try await Task.sleep(for: .milliseconds(20))
    }
}

/// Polls until the closure says true.
public func eventually(
    within limit: Duration = .seconds(10), _ what: String = "the condition",
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while try await !body() {
        if ContinuousClock.now >= deadline { throw TestServerError("\(what) did not come within \(limit)") }
        try await Task.sleep(for: .milliseconds(20))
    }
}
