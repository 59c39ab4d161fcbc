import Foundation
import LocalNode
import Logging
import ServiceLifecycle
import Subprocess
import SystemPackage

/// Keeps one server process running until graceful shutdown: started again when it dies, ended in time when we stop.
struct ServerSupervisor: Service {
    let process: ServerProcess
    let state: StateDirectory
    let logger: Logger
    /// How long the server may take to stop before it is killed.
    let stopLimit: Duration

    private var recordFile: String { "\(state.processes)/\(process.name).json" }

    func run() async throws {
        await endLeftover()
        try await cancelWhenGracefulShutdown {
            var delay = Duration.milliseconds(200)
            while !Task.isCancelled {
                let started = ContinuousClock.now
                let status = try await runOnce()
                if Task.isCancelled { return }
                logger.warning("\(process.name) ended (\(status)); starting it again. Its log is \(logFile)")
                if started.duration(to: .now) > .seconds(30) { delay = .milliseconds(200) }
                try? await Task.sleep(for: delay)
                delay = min(delay * 2, .seconds(5))
            }
        }
    }

    private var logFile: String { "\(state.logs)/\(process.name).log" }

    /// A server of a run that was killed: ended before its successor takes its place.
    private func endLeftover() async {
        guard let record = ProcessRecord(file: recordFile), record.isRunning else { return }
        logger.notice("ending \(process.name) (pid \(record.pid)), left behind by an earlier run")
        await record.end()
    }

    /// Processes of a server that died, which can wait for each other for ever: PostgreSQL does not start beside them.
    private func endRemains() async {
        guard let home = process.home else { return }
        for remains in ProcessRecord.all(of: process.executable, in: home) {
            logger.notice("killing process \(remains.pid), which has outlived its \(process.name)")
            await remains.endAtOnce()
        }
    }

    private func runOnce() async throws -> TerminationStatus {
        await endRemains()
        let log = try FileDescriptor.open(
            FilePath(logFile), .writeOnly, options: [.create, .append, .closeOnExec], permissions: [.ownerReadWrite])
        defer { try? log.close() }
        var options = PlatformOptions()
        options.processGroupID = 0
        let command =
            process.account.map { $0.change.command(process.executable, process.arguments) }
            ?? (process.executable, process.arguments)
        options.teardownSequence = [
            .send(
                signal: process.stop == .interrupt ? .interrupt : .terminate, allowedDurationToNextStep: stopLimit)
        ]
        let environment = Dictionary(
            uniqueKeysWithValues: process.environment.compactMap { name, value in
                Environment.Key(rawValue: name).map { ($0, value) }
            })
        let result = try await Subprocess.run(
            .path(FilePath(command.0)), arguments: Arguments(command.1),
            environment: .custom(environment), workingDirectory: FilePath(process.workingDirectory),
            platformOptions: options, input: .none,
            output: .fileDescriptor(log, closeAfterSpawningProcess: false),
            error: .fileDescriptor(log, closeAfterSpawningProcess: false)
        ) { execution in
            ProcessRecord(pid: execution.processIdentifier.value)?.write(to: recordFile)
        }
        try? FileManager.default.removeItem(atPath: recordFile)
        return result.terminationStatus
    }
}
