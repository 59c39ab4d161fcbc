import Foundation
import Testing

@testable import LocalNode

@Suite struct ProcessRecordsTests {
    @Test func whatACrashedAgentLeftIsEndedAndStrangersAreNot() async throws {
        let folder = "/tmp/records-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        func start() throws -> Process {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/bin/sleep")
            process.arguments = ["60"]
            try process.run()
            // Foundation starts it in a group of its own, as containers are.
            #expect(ProcessStat(pid: process.processIdentifier)?.processGroup == process.processIdentifier)
            return process
        }
        let (left, stranger) = (try start(), try start())
        // Tests may run with signals masked, which children inherit.
        defer { kill(stranger.processIdentifier, SIGKILL) }
        let records = try ProcessRecords(folder: folder)
        let record = try #require(ProcessRecord(pid: left.processIdentifier))
        records.add(record)
        // A later process that happens to have the pid of a record.
        try #"{"pid":\#(stranger.processIdentifier),"startTime":1}"#.write(
            toFile: "\(folder)/\(stranger.processIdentifier)", atomically: true, encoding: .utf8)
        await records.endLeftovers()
        let deadline = ContinuousClock.now + .seconds(5)
        while left.isRunning, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(10)) }
        #expect(!left.isRunning)
        #expect(stranger.isRunning)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
}
