public import Foundation

/// A server program of this test process, under a shell that ends it when this process ends, however it ends: the
/// shell's standard input is a pipe whose other end only this process holds. Its output is appended to `FOLDER/log`.
public final class ServerProcess: Sendable {
    let supervisor: pid_t
    private let pipe: Int32

    private static let script = """
        "$@" </dev/null >>"$LOG" 2>&1 &
        child=$!
        echo $child >"$PIDFILE"
        read order
        kill -$SIGNAL $child 2>/dev/null
        [ -n "$ALSO" ] && [ -f "$ALSO" ] && kill -KILL $(head -1 "$ALSO") 2>/dev/null
        wait $child 2>/dev/null
        [ "$order" = keep ] || for n in 1 2 3 4 5 6 7 8 9 10; do rm -rf "$FOLDER" 2>/dev/null && break; sleep 0.2; done
        """

    /// - Parameters:
    ///   - folder: removed at the end, unless the process is stopped with `keepFolder`.
    ///   - signal: what ends the server: `KILL`, or `TERM` for one that has to put things in order.
    ///   - otherPIDFile: holds in its first line the pid of a process to be killed too (a postmaster that the child is
    ///     only the launcher of).
    public init(
        _ arguments: [String], environment: [String: String] = [:], folder: String, signal: String = "KILL",
        otherPIDFile: String = ""
    ) throws {
        var ends: [Int32] = [0, 0]
        // No other child may hold this end; a pipe could only be told so when a child may have it already.
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw TestServerError("socketpair: \(errno)") }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        // Listeners of this process, too: a port would stay open as long as the child lives.
        for name in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? [] {
            if let descriptor = Int32(name), descriptor > 2 {
                posix_spawn_file_actions_addclose(&actions, descriptor)
            }
        }
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
        variables["SIGNAL"] = signal
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
    public var child: pid_t? {
        (try? String(contentsOfFile: childPIDFile, encoding: .utf8))
            .flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// Ends the server and waits until it is gone.
    public func stop(keepFolder: Bool = false) {
        if keepFolder {
            let order = Array("keep\n".utf8)
            _ = write(pipe, order, order.count)
        }
        close(pipe)
        var status: Int32 = 0
        while waitpid(supervisor, &status, 0) < 0, errno == EINTR {}
    }
}
