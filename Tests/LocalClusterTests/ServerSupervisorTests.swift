import Foundation
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

@testable import LocalCluster

struct ServerSupervisorTests {
    private let state = StateDirectory(path: "\(NSTemporaryDirectory())supervisor-\(UUID().uuidString)")

    private func supervisor(_ script: String, stopLimit: Duration = .seconds(3)) throws -> ServerSupervisor {
        try state.prepare()
        return ServerSupervisor(
            process: ServerProcess(
                name: "test", executable: "/bin/sh", arguments: ["-c", script],
                environment: ["PATH": "/usr/bin:/bin"], workingDirectory: state.path),
            state: state, logger: Logger(label: "test"), stopLimit: stopLimit)
    }

    private func record(otherThan pid: Int32 = 0) async throws -> ProcessRecord {
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            if let data = FileManager.default.contents(atPath: "\(state.processes)/test.json"),
                let record = try? JSONDecoder().decode(ProcessRecord.self, from: data), record.pid != pid,
                record.isRunning
            {
                return record
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw LocalClusterError(.timeout, "no process was recorded")
    }

    @Test func aKilledServerIsStartedAgainAndStoppedAtTheEnd() async throws {
        defer { try? FileManager.default.removeItem(atPath: state.path) }
        let supervisor = try supervisor("exec sleep 1000")
        let last = try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await supervisor.run() }
                let first = try await record()
                kill(first.pid, SIGKILL)
                let second = try await record(otherThan: first.pid)
                #expect(!first.isRunning)
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
                return second
            }
        }
        #expect(!last.isRunning)
        #expect(!FileManager.default.fileExists(atPath: "\(state.processes)/test.json"))
    }

    @Test func aServerThatWillNotStopIsKilledWhenItsTimeIsUp() async throws {
        defer { try? FileManager.default.removeItem(atPath: state.path) }
        let supervisor = try supervisor("trap '' TERM; while :; do sleep 1; done", stopLimit: .milliseconds(300))
        let (record, took) = try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await supervisor.run() }
                let record = try await record()
                let start = ContinuousClock.now
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
                return (record, start.duration(to: .now))
            }
        }
        #expect(!record.isRunning)
        #expect(took < .seconds(3))
    }

    @Test func whatAKilledRunLeftBehindIsEndedFirst() async throws {
        defer { try? FileManager.default.removeItem(atPath: state.path) }
        let supervisor = try supervisor("exec sleep 1000")
        let leftover = Process()
        leftover.executableURL = URL(fileURLWithPath: "/bin/sleep")
        leftover.arguments = ["1000"]
        try leftover.run()
        let old = try #require(ProcessRecord(pid: leftover.processIdentifier))
        try JSONEncoder().encode(old).write(to: URL(fileURLWithPath: "\(state.processes)/test.json"))
        try await testGracefulShutdown { trigger in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await supervisor.run() }
                let new = try await record(otherThan: old.pid)
                #expect(!old.isRunning)
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
                #expect(!new.isRunning)
            }
        }
    }
}
