import Foundation
import LocalNode
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import TestServers
import Testing

@testable import LocalCluster

struct ServerSupervisorTests {
    private let state = StateDirectory(path: "\(NSTemporaryDirectory())supervisor-\(UUID().uuidString)")

    private func supervisor(
        _ script: String, home: String? = nil, stopLimit: Duration = .seconds(3)
    ) throws -> ServerSupervisor {
        try state.prepare()
        return ServerSupervisor(
            process: ServerProcess(
                name: "test", executable: "/bin/sh", arguments: ["-c", script],
                environment: ["PATH": "/usr/bin:/bin"], workingDirectory: state.path, home: home),
            state: state, logger: Logger(label: "test"), stopLimit: stopLimit)
    }

    /// The pids that a script has written to a file, a line each.
    private func pids(_ name: String) -> [Int32] {
        ((try? String(contentsOfFile: "\(state.path)/\(name)", encoding: .utf8)) ?? "").split(separator: "\n")
            .compactMap { Int32($0) }
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

    @Test func whatHasOutlivedAKilledServerIsKilledBeforeTheNextStarts() async throws {
        defer { try? FileManager.default.removeItem(atPath: state.path) }
        let home = "\(state.path)/home"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        // One of the server in a session of its own, deaf to politeness, as PostgreSQL's that wait for a lock; one that
        // works elsewhere; and one of another program, as somebody's who looks around there.
        let script = """
            setsid sh -c 'cd home; trap "" TERM; echo $$ >> ../own; while :; do sleep 1; done' &
            setsid sh -c 'echo $$ >> elsewhere; while :; do sleep 1; done' &
            setsid sh -c 'cd home; echo $$ >> ../another; exec sleep 1000' &
            exec sleep 1000
            """
        let names = ["own", "elsewhere", "another"]
        @Sendable func pids(started count: Int) -> [Int32]? {
            let pids = names.map { self.pids($0) }
            return pids.allSatisfy { $0.count == count } ? pids.map { $0[count - 1] } : nil
        }
        defer { for name in names { for pid in self.pids(name) { kill(pid, SIGKILL) } } }
        _ = try await supervising(try supervisor(script, home: home)) {
            let first = try await record()
            let before = try await eventually { pids(started: 1) }
            kill(first.pid, SIGKILL)
            let after = try await eventually { pids(started: 2) }
            #expect(before.map { ProcessRecord(pid: $0) != nil } == [false, true, true])
            #expect(after.map { ProcessRecord(pid: $0) != nil } == [true, true, true])
        }
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
