import NIOPosix
import Synchronization

#if canImport(Glibc)
    import CSpawn
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A program that is run to its end with its output in memory.
struct ChildProcess: Sendable {
    var command: String
    var arguments: [String]
    var environment: [String: String]
    var inheritsStandardInput: Bool
    var timeout: Duration

    struct Output: Sendable {
        var standardOutput: [UInt8] = []
        var standardError: [UInt8] = []
        /// The exit code, or 128 and the number of the signal that ended it.
        var exitStatus: Int32 = 0
    }

    enum Failure: Error {
        case notFound
        case timedOut(standardError: [UInt8])
        case cancelled
        case other(String)
    }

    static var standardInputIsTerminal: Bool { isatty(STDIN_FILENO) == 1 }
    private static let maximumOutputBytes = 1 << 20
    #if canImport(Musl)
        private static var descriptorLimit: Int32 {
            Int32(clamping: min(max(sysconf(Int32(_SC_OPEN_MAX)), 256), 65_536))
        }
    #endif

    /// Runs it on a thread for blocking work; cancelling the task kills it.
    ///
    /// - Throws: ``Failure``.
    func run() async throws -> Output {
        let cancelled = Flag()
        return try await withTaskCancellationHandler {
            try await NIOThreadPool.singleton.runIfActive { try self.runBlocking(cancelled) }
        } onCancel: {
            cancelled.isSet.store(true, ordering: .relaxed)
        }
    }

    private final class Flag: Sendable {
        let isSet = Atomic(false)
    }

    private func runBlocking(_ cancelled: Flag) throws(Failure) -> Output {
        let output = try Pipe()
        let errors: Pipe
        do { errors = try Pipe() } catch {
            output.release()
            throw error
        }
        let pid: pid_t
        do throws(Failure) {
            pid = try spawn(output, errors)
        } catch {
            output.release()
            errors.release()
            throw error
        }
        // Only the child holds the other ends now, so that its end is told by theirs.
        close(output.writing)
        close(errors.writing)
        defer {
            close(output.reading)
            close(errors.reading)
        }
        return try follow(pid, output.reading, errors.reading, cancelled)
    }

    private func spawn(_ output: Pipe, _ errors: Pipe) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        guard posix_spawn_file_actions_init(&actions) == 0 else { throw .other("no memory") }
        defer { posix_spawn_file_actions_destroy(&actions) }
        guard posix_spawnattr_init(&attributes) == 0 else { throw .other("no memory") }
        defer { posix_spawnattr_destroy(&attributes) }
        if !inheritsStandardInput {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        }
        posix_spawn_file_actions_adddup2(&actions, output.writing, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, errors.writing, STDERR_FILENO)
        // Sockets are none of its business: it would hold open what is closed here.
        #if canImport(Glibc)
            posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        #elseif canImport(Musl)
            // What is opened from here on is inherited all the same.
            for descriptor in STDERR_FILENO + 1..<Self.descriptorLimit where fcntl(descriptor, F_GETFD) >= 0 {
                posix_spawn_file_actions_addclose(&actions, descriptor)
            }
        #endif
        var flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        #if canImport(Darwin)
            flags |= POSIX_SPAWN_CLOEXEC_DEFAULT
        #endif
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var defaults = sigset_t()
        sigemptyset(&defaults)
        sigaddset(&defaults, SIGPIPE)
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        if !inheritsStandardInput {
            // A group of its own, to be killed with all it has started; one that reads the terminal must stay in ours.
            flags |= POSIX_SPAWN_SETPGROUP
            posix_spawnattr_setpgroup(&attributes, 0)
        }
        posix_spawnattr_setflags(&attributes, Int16(flags))
        var pid: pid_t = 0
        let code = Self.withCStrings([command] + arguments) { arguments in
            Self.withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
                posix_spawnp(&pid, command, &actions, &attributes, arguments, environment)
            }
        }
        switch code {
        case 0: return pid
        case ENOENT: throw .notFound
        default: throw .other(String(cString: strerror(code)))
        }
    }

    /// Reads both outputs until the program has ended.
    private func follow(
        _ pid: pid_t, _ reading: Int32, _ errors: Int32, _ cancelled: Flag
    ) throws(Failure) -> Output {
        var result = Output()
        let deadline = ContinuousClock.now + timeout
        var open = [reading, errors]
        var status: Int32 = 0
        var hasEnded = false
        while true {
            var polled = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            // Its end shows as the end of its outputs, unless something it has started holds them open.
            _ = poll(&polled, nfds_t(polled.count), hasEnded ? 0 : open.isEmpty ? 1 : 50)
            var sawBytes = false
            for item in polled where item.revents != 0 {
                let bytes = Self.readAvailable(item.fd)
                if bytes.isEmpty { open.removeAll { $0 == item.fd } }
                sawBytes = sawBytes || !bytes.isEmpty
                if item.fd == reading { result.standardOutput += bytes } else { result.standardError += bytes }
            }
            if hasEnded, !sawBytes { break }
            if !hasEnded { hasEnded = waitpid(pid, &status, WNOHANG) == pid }
            if hasEnded { continue }
            guard result.standardOutput.count + result.standardError.count <= Self.maximumOutputBytes else {
                end(pid)
                throw .other("it printed more than \(Self.maximumOutputBytes) bytes")
            }
            if cancelled.isSet.load(ordering: .relaxed) {
                end(pid)
                throw .cancelled
            }
            if ContinuousClock.now >= deadline {
                end(pid)
                throw .timedOut(standardError: result.standardError)
            }
        }
        let signal = status & 0x7F
        result.exitStatus = signal == 0 ? (status >> 8) & 0xFF : 128 + signal
        return result
    }

    private func end(_ pid: pid_t) {
        _ = kill(inheritsStandardInput ? pid : -pid, SIGKILL)
        var status: Int32 = 0
        waitpid(pid, &status, 0)
    }

    private static func readAvailable(_ descriptor: Int32) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 65_536) { buffer, count in
            count = max(read(descriptor, buffer.baseAddress, buffer.count), 0)
        }
    }

    private static func withCStrings<Result>(
        _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }

    /// Two ends that other programs started meanwhile do not inherit.
    private struct Pipe {
        var reading: Int32
        var writing: Int32

        init() throws(Failure) {
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0 else { throw .other(String(cString: strerror(errno))) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            reading = ends[0]
            writing = ends[1]
        }

        func release() {
            for end in [reading, writing] { _ = close(end) }
        }
    }
}
