import Foundation
import LocalNode
import Subprocess
import SystemPackage

/// The cluster's private PostgreSQL: its files, its settings and how it is run.
struct PostgresServer: Sendable {
    static let administrator = "postgres"
    static let port = 5432

    let state: StateDirectory
    let programs: ServerPrograms
    let settings: ClusterSettings

    private var folder: String { state.server("postgres") }
    private var data: String { "\(folder)/data" }

    /// Makes the database cluster on first use and writes the settings anew each time.
    func prepare() async throws -> ServerProcess {
        let account = try Account.whenRoot("postgres")
        try state.makeFolder(folder, owner: account)
        if !FileManager.default.fileExists(atPath: "\(data)/PG_VERSION") {
            try? FileManager.default.removeItem(atPath: data)
            try await initialise(account)
        }
        let configuration = """
            listen_addresses = '\(settings.addresses.postgres)'
            port = \(Self.port)
            unix_socket_directories = ''
            max_connections = 200
            shared_buffers = 64MB
            password_encryption = scram-sha-256
            log_min_messages = warning
            """
        try state.write(configuration, to: "\(data)/storefront.conf", owner: account)
        return ServerProcess(
            name: "postgres", executable: programs.postgres,
            arguments: ["-D", data, "-c", "config_file=\(data)/postgresql.conf"],
            environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"], workingDirectory: folder, home: data,
            account: account, stop: .interrupt)
    }

    private func initialise(_ account: Account?) async throws {
        let passwordFile = "\(folder)/initial-password"
        defer { try? FileManager.default.removeItem(atPath: passwordFile) }
        try state.write(settings.postgresPassword, to: passwordFile, owner: account)
        let arguments = [
            "-D", data, "--username", Self.administrator, "--pwfile", passwordFile, "--auth", "scram-sha-256",
            "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--no-instructions",
        ]
        let command = account.map { $0.change.command(programs.initdb, arguments) } ?? (programs.initdb, arguments)
        let result = try await Subprocess.run(
            .path(FilePath(command.0)), arguments: Arguments(command.1),
            environment: .custom(["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]),
            workingDirectory: FilePath(folder), input: .none,
            output: .string(limit: 1 << 16), error: .string(limit: 1 << 16))
        guard result.terminationStatus.isSuccess else {
            var message = "initdb failed (\(result.terminationStatus)): \(result.standardError)"
            if account != nil, message.contains("Permission denied") || message.contains("could not access") {
                message +=
                    " PostgreSQL runs as the user postgres, who must be able to reach the state folder \(state.path): "
                    + "choose one outside of private folders with --state DIR."
            }
            throw LocalClusterError(.serverFailed, message)
        }
        let file = "\(data)/postgresql.conf"
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("\ninclude 'storefront.conf'\n".utf8))
        try handle.close()
    }
}
