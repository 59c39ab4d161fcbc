import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// A process told apart from a later one with the same pid by the time it began.
struct ProcessRecord: Sendable, Equatable {
    let pid: Int32
    /// Clock ticks after boot, field 22 of /proc/PID/stat.
    let startTime: UInt64

    /// The running process with this pid, `nil` when there is none.
    init?(pid: Int32) {
        guard let startTime = ProcessStat(pid: pid)?.startTime else { return nil }
        self.pid = pid
        self.startTime = startTime
    }

    init?(_ text: String) {
        let fields = text.split(separator: " ")
        guard fields.count == 2, let pid = Int32(fields[0]), let startTime = UInt64(fields[1]) else { return nil }
        self.pid = pid
        self.startTime = startTime
    }

    var text: String { "\(pid) \(startTime)" }

    var isRunning: Bool { ProcessStat(pid: pid)?.startTime == startTime }

    /// Sends a signal to the process and everything it has started.
    func signal(_ number: Int32) { kill(-pid, number) }
}

/// What is on the state folder's disk about running containers, so that a crashed agent's can be found.
struct ProcessRecords: Sendable {
    let folder: String

    init(folder: String) throws {
        self.folder = folder
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw NodeError(.fileSystem, "\(folder) cannot be made", cause: error)
        }
    }

    func add(_ record: ProcessRecord) {
        try? record.text.write(toFile: "\(folder)/\(record.pid)", atomically: true, encoding: .utf8)
    }

    func remove(_ record: ProcessRecord) { unlink("\(folder)/\(record.pid)") }

    /// Ends what an earlier agent left running: politely, and after the grace not.
    func endLeftovers(grace: Duration = .seconds(3)) async {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let records = names.compactMap { name in
            (try? String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)).flatMap { ProcessRecord($0) }
        }
        let running = records.filter(\.isRunning)
        for record in running { record.signal(SIGTERM) }
        let deadline = ContinuousClock.now + grace
        while running.contains(where: \.isRunning), ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
        for record in running { record.signal(SIGKILL) }
        for name in names { unlink("\(folder)/\(name)") }
    }
}
