import Foundation

/// A child process, without input and output.
struct Program {
    private let pid: pid_t

    init(_ path: String, _ arguments: [String]) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        let arguments = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in arguments { free(pointer) } }
        var pid = pid_t()
        let failure = posix_spawn(&pid, path, &actions, nil, arguments, environ)
        guard failure == 0 else { throw ProgramError(program: path, status: failure) }
        self.pid = pid
    }

    /// Waits for its end, off the threads that tests run on.
    func exitStatus() async -> Int32 {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [pid] in
                var status: Int32 = 0
                while waitpid(pid, &status, 0) < 0, errno == EINTR {}
                continuation.resume(returning: status)
            }
        }
    }

    /// Ends it at once.
    func kill() {
        _ = Foundation.kill(pid, SIGKILL)
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0, errno == EINTR {}
    }
}

/// A program could not be started, or failed.
struct ProgramError: Error {
    let program: String
    let status: Int32
}
