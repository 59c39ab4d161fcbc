import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// What is on the state folder's disk about running containers, so that a crashed agent's can be found.
public struct ProcessRecords: Sendable {
    let folder: String

    /// - Parameter node: the state folder of a node; made where missing.
    public init(node: String) throws {
        try self.init(folder: "\(node)/containers")
    }

    init(folder: String) throws {
        self.folder = folder
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        } catch {
            throw NodeError(.fileSystem, "\(folder) cannot be made", cause: error)
        }
    }

    func add(_ record: ProcessRecord) { record.write(to: "\(folder)/\(record.pid)") }

    func remove(_ record: ProcessRecord) { unlink("\(folder)/\(record.pid)") }

    /// Ends what an earlier agent left running: politely, and after the grace not.
    public func endLeftovers(grace: Duration = .seconds(3)) async {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let running = names.compactMap { ProcessRecord(file: "\(folder)/\($0)") }.filter(\.isRunning)
        for record in running { record.signal(SIGTERM) }
        let deadline = ContinuousClock.now + grace
        while running.contains(where: \.isRunning), ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(20))
        }
        for record in running { record.signal(SIGKILL) }
        for name in names { unlink("\(folder)/\(name)") }
    }
}
