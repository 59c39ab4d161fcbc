import Foundation
import LocalNode
import Testing

@testable import LocalCluster

struct StateTests {
    private func withState(_ body: (StateDirectory) async throws -> Void) async throws {
        let state = StateDirectory(path: "\(NSTemporaryDirectory())state-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: state.path) }
        try await body(state)
    }

    @Test func aStateFolderIsHeldByOneProcess() async throws {
        try await withState { state in
            try state.prepare()
            let lock = try StateLock(state)
            let error = #expect(throws: LocalClusterError.self) { try StateLock(state) }
            #expect(error?.code == .alreadyRunning)
            #expect(error?.message.contains("pid \(getpid())") == true)
            withExtendedLifetime(lock) {}
        }
    }

    @Test func settingsAreMadeOnceAndKept() async throws {
        try await withState { state in
            try state.prepare()
            let first = try await ClusterSettings.load(state)
            let second = try await ClusterSettings.load(state)
            #expect(first.network == second.network)
            #expect(first.postgresPassword == second.postgresPassword)
            #expect(first.postgresPassword != first.redisPassword)
            let mode = try FileManager.default.attributesOfItem(atPath: state.settings)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func damagedSettingsAreNamed() async throws {
        try await withState { state in
            try state.prepare()
            try Data("{".utf8).write(to: URL(fileURLWithPath: state.settings))
            let error = await #expect(throws: LocalClusterError.self) { try await ClusterSettings.load(state) }
            #expect(error?.code == .stateUnusable)
            #expect(error?.message.contains("reset") == true)
        }
    }

    @Test func aFolderThatCannotBeMadeIsNamed() {
        let error = #expect(throws: LocalClusterError.self) {
            try StateDirectory(path: "/proc/no-such-folder/state").prepare()
        }
        #expect(error?.code == .stateUnusable)
    }

    @Test func resetRemovesAClusterButNoOtherFolder() async throws {
        try await withState { state in
            #expect(try await state.remove() == false)
            try FileManager.default.createDirectory(atPath: state.path, withIntermediateDirectories: true)
            try Data().write(to: URL(fileURLWithPath: "\(state.path)/thesis.txt"))
            await #expect(throws: LocalClusterError.self) { try await state.remove() }
            #expect(FileManager.default.fileExists(atPath: "\(state.path)/thesis.txt"))
            try FileManager.default.removeItem(atPath: "\(state.path)/thesis.txt")
            try state.prepare()
            _ = try await ClusterSettings.load(state)
            #expect(try await state.remove())
            #expect(!FileManager.default.fileExists(atPath: state.path))
        }
    }

    @Test func aProcessIsToldApartFromALaterOneWithItsPid() throws {
        let record = try #require(ProcessRecord(pid: getpid()))
        #expect(record.isRunning)
        let data = try JSONEncoder().encode(record)
        let changed = String(decoding: data, as: UTF8.self)
            .replacingOccurrences(of: "\(record.startTime)", with: "\(record.startTime + 1)")
        #expect(try JSONDecoder().decode(ProcessRecord.self, from: Data(changed.utf8)).isRunning == false)
        #expect(ProcessRecord(pid: Int32.max) == nil)
    }
}
