import Foundation
import LocalNode
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

    /// Runs a supervisor beside the body and shuts it down gracefully afterwards.
    ///
    /// - Returns: how long the shutdown took.
    private func supervising(
        _ supervisor: ServerSupervisor, _ body: @escaping @Sendable () async throws -> Void
    ) async throws -> Duration {
        try await testGracefulShutdown { trigger async throws -> Duration in
            try await withThrowingTaskGroup(of: Void.self) { group async throws -> Duration in
                group.addTask { try await supervisor.run() }
                try await body()
                let start = ContinuousClock.now
                trigger.triggerGracefulShutdown()
                try await group.waitForAll()
                return start.duration(to: .now)
            }
        }
    }

    @Test func aKilledServerIsStartedAgainAndStoppedAtTheEnd() async throws {
        defer { try? FileManager.default.removeItem(atPath: state.path) }
        _ = try await supervising(try supervisor("exec sleep 1000")) {
            let first = try await record()
            kill(first.pid, SIGKILL)
            let second = try await record(otherThan: first.pid)
            #expect(!first.isRunning)
            #expect(second.isRunning)
        }
        #expect(!FileManager.default.fileExists(atPath: "\(state.processes)/test.json"))
    }

    @Test func aServerThatWillNotStopIsKilledWhenItsTimeIsUp() async throws {
        defer { try? FileManager.default.removeItem(atPath: state.path) }
        let stubborn = try supervisor("trap '' TERM; while :; do sleep 1; done", stopLimit: .milliseconds(300))
        let took = try await supervising(stubborn) { _ = try await record() }
        #expect(took < .seconds(3))
        #expect(!FileManager.default.fileExists(atPath: "\(state.processes)/test.json"))
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
        _ = try await supervising(supervisor) {
            _ = try await record(otherThan: old.pid)
            #expect(!old.isRunning)
        }
    }
}
