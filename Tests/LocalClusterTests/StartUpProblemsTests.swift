import Foundation
import Testing

@testable import LocalCluster

/// What keeps a cluster from starting is told before anything is started.
struct StartUpProblemsTests {
    @Test func everyMissingPackageIsNamedAtOnce() {
        let error = #expect(throws: LocalClusterError.self) {
            try ServerPrograms(postgresRoot: "/nowhere", rabbitMQFolder: "/nowhere", path: "/nowhere:/nothing")
        }
        #expect(error?.code == .missingPackages)
        for package in ["postgresql-15", "rabbitmq-server", "redis-server"] {
            #expect(error?.message.contains(package) == true)
        }
    }

    @Test func theNewestPostgresIsTaken() throws {
        let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: root) }
        for version in ["9", "15", "16", "extras"] {
            let folder = root.appending(path: "postgresql/\(version)/bin")
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            for name in ["initdb", "postgres", "rabbitmq-server", "epmd", "redis-server"] {
                _ = FileManager.default.createFile(
                    atPath: folder.appending(path: name).path, contents: Data(),
                    attributes: [.posixPermissions: 0o755])
            }
        }
        let path = root.appending(path: "postgresql/9/bin").path
        let programs = try ServerPrograms(
            postgresRoot: root.appending(path: "postgresql").path, rabbitMQFolder: path, path: path)
        #expect(programs.postgres.hasSuffix("/16/bin/postgres"))
        #expect(programs.redisServer == "\(path)/redis-server")
    }

    @Test func aPortInUseIsNamedWithTheWayOut() async throws {
        let holder = try await PortHolder()
        let state = StateDirectory(path: "\(NSTemporaryDirectory())cluster-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(atPath: state.path) }
        let cluster = LocalCluster(
            configuration: LocalClusterConfiguration(
                state: state, edgeAddress: "127.0.0.1", edgePort: holder.port, binaryDirectories: []),
            progress: ProgressDisplay(isTerminal: false))
        let error = await #expect(throws: LocalClusterError.self) {
            try await cluster.run { _ in Issue.record("the workload must not run") }
        }
        #expect(error?.code == .portInUse)
        #expect(error?.message.contains("\(holder.port)") == true)
        #expect(error?.message.contains("--port") == true)
        try await holder.close()
    }
}
