import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A process that was started, told apart from a later one with the same pid by the time it began.
struct ProcessRecord: Codable, Sendable, Equatable {
    let pid: Int32
    /// Clock ticks after boot, field 22 of /proc/PID/stat.
    let startTime: UInt64

    /// The running process with this pid, `nil` when there is none.
    init?(pid: Int32) {
        guard let startTime = Self.startTime(of: pid) else { return nil }
        self.pid = pid
        self.startTime = startTime
    }

    var isRunning: Bool { Self.startTime(of: pid) == startTime }

    private static func startTime(of pid: Int32) -> UInt64? {
        guard let stat = try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8),
            let end = stat.lastIndex(of: ")")
        else { return nil }
        // After the name in parentheses: state is field 3, so the start time (22) is the twentieth from there.
        let fields = stat[stat.index(after: end)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z" else { return nil }
        return UInt64(fields[19])
    }

    /// Ends what a crashed run left behind: the process and its group, politely and then not.
    func end(grace: Duration = .seconds(5)) async {
        guard isRunning else { return }
        kill(pid, SIGTERM)
        let deadline = ContinuousClock.now + grace
        while isRunning, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(50))
        }
        if isRunning { kill(-pid, SIGKILL) }
        if isRunning { kill(pid, SIGKILL) }
    }
}
