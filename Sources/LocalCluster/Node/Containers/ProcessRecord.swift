import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A process that leads a group, told apart from a later one with the same pid by the time it began.
public struct ProcessRecord: Codable, Sendable, Hashable {
    public let pid: Int32
    /// Clock ticks after boot, field 22 of /proc/PID/stat.
    public let startTime: UInt64

    /// The running process with this pid, `nil` when there is none.
    public init?(pid: Int32) {
        guard let startTime = ProcessStat(pid: pid)?.startTime else { return nil }
        self.pid = pid
        self.startTime = startTime
    }

    /// What a file has recorded, `nil` when it has not.
    public init?(file: String) {
        guard let data = FileManager.default.contents(atPath: file),
            let record = try? JSONDecoder().decode(ProcessRecord.self, from: data)
        else { return nil }
        self = record
    }

    /// Records the process, so that whoever comes after a crash finds it.
    public func write(to file: String) { try? JSONEncoder().encode(self).write(to: URL(fileURLWithPath: file)) }

    /// The running processes of a program that work in a folder, as far as this user may know.
    public static func all(of program: String, in folder: String) -> [ProcessRecord] {
        let files = FileManager.default
        func resolved(_ path: String) -> String { URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        let (program, folder) = (resolved(program), resolved(folder))
        return ((try? files.contentsOfDirectory(atPath: "/proc")) ?? []).compactMap { name in
            guard let pid = Int32(name), (try? files.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")) == folder,
                let itsProgram = try? files.destinationOfSymbolicLink(atPath: "/proc/\(pid)/exe"),
                // An upgrade may have replaced the file.
                itsProgram == program || itsProgram == program + " (deleted)"
            else { return nil }
            return ProcessRecord(pid: pid)
        }
    }

    public var isRunning: Bool { ProcessStat(pid: pid)?.startTime == startTime }

    /// Sends a signal to the process and everything it has started in its group.
    func signal(_ number: Int32) { kill(-pid, number) }

    /// Kills the process alone and waits for its end, at most so long.
    public func endAtOnce(within limit: Duration = .seconds(5)) async {
        guard isRunning else { return }
        kill(pid, SIGKILL)
        await waitForEnd(within: limit, lookingEvery: .milliseconds(10))
    }

    /// Ends the process politely, and after the grace its whole group not.
    public func end(grace: Duration = .seconds(5)) async {
        guard isRunning else { return }
        kill(pid, SIGTERM)
        await waitForEnd(within: grace, lookingEvery: .milliseconds(50))
        guard isRunning else { return }
        signal(SIGKILL)
        kill(pid, SIGKILL)
    }

    private func waitForEnd(within limit: Duration, lookingEvery pause: Duration) async {
        let deadline = ContinuousClock.now + limit
        while isRunning, ContinuousClock.now < deadline { try? await Task.sleep(for: pause) }
    }
}
