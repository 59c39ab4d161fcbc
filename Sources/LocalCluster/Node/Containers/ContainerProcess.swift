import Foundation
import NIOCore
import NIOPosix
import Subprocess
import SystemPackage

#if canImport(Glibc)
    import Glibc
#endif

/// A container as a process of this machine.
struct ContainerProcess: Sendable {
    var program: String
    var arguments: [String]
    var environment: [String: String]
    var workingDirectory: String
    /// `nil` runs it as the agent's own user.
    var user: UInt32?
    var group: UInt32?
    var supplementaryGroups: [UInt32]
    var logPath: String

    /// What to start so that a program runs as the container's user.
    func asItsUser(_ program: String, _ arguments: [String]) -> (program: String, arguments: [String]) {
        guard let user else { return (program, arguments) }
        return UserChange(user: user, group: group ?? user, supplementaryGroups: supplementaryGroups)
            .command(program, arguments)
    }

    /// Runs the process until it ends, then ends whatever it has left in its process group.
    ///
    /// - Returns: its exit code, 128 + the signal for one that a signal has ended.
    /// - Parameter started: told once, with the running process.
    /// - Throws: ``NodeError`` when it could not be started.
    func run(started: @escaping @Sendable (ProcessRecord) -> Void) async throws -> Int {
        let log = try await LogPipe.open(path: logPath)
        do {
            var options = PlatformOptions()
            options.processGroupID = 0
            let command = asItsUser(program, arguments)
            let result = try await Subprocess.run(
                .path(FilePath(command.program)), arguments: Arguments(command.arguments),
                environment: .custom(
                    Dictionary(
                        environment.compactMap { key, value in
                            Subprocess.Environment.Key(rawValue: key).map { ($0, value) }
                        }, uniquingKeysWith: { $1 })),
                workingDirectory: FilePath(workingDirectory), platformOptions: options, input: .none,
                output: .fileDescriptor(log.writeEnd, closeAfterSpawningProcess: true), error: .combinedWithOutput
            ) { execution in
                let pid = execution.processIdentifier.value
                if let record = ProcessRecord(pid: pid) { started(record) }
                return pid
            }
            kill(-result.closureResult, SIGKILL)
            await log.finish()
            switch result.terminationStatus {
            case .exited(let code): return Int(code)
            case .signaled(let signal): return 128 + Int(signal)
            }
        } catch {
            await log.finish()
            throw NodeError(.programNotFound, "\(program) cannot be started", cause: error)
        }
    }
}

/// The reading end of a container's output, written into its log as it comes.
private struct LogPipe {
    let writeEnd: SystemPackage.FileDescriptor
    private let channel: any Channel

    static func open(path: String) async throws -> LogPipe {
        let ends: (readEnd: SystemPackage.FileDescriptor, writeEnd: SystemPackage.FileDescriptor)
        do { ends = try SystemPackage.FileDescriptor.pipe() } catch {
            throw NodeError(.fileSystem, "no pipe for a log", cause: error)
        }
        let readEnd = ends.readEnd.rawValue
        // Other containers must not hold this one's log open.
        for end in [ends.readEnd, ends.writeEnd] { _ = fcntl(end.rawValue, F_SETFD, FD_CLOEXEC) }
        do {
            let channel = try await NIOPipeBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let log = try ContainerLog(path: path)
                        try channel.pipeline.syncOperations.addHandler(LogHandler(log: log))
                    }
                }
                .takingOwnershipOfDescriptor(input: readEnd).get()
            return LogPipe(writeEnd: ends.writeEnd, channel: channel)
        } catch {
            try? ends.writeEnd.close()
            throw NodeError(.fileSystem, "the log \(path) cannot be written", cause: error)
        }
    }

    /// Waits for what the process has written, but not for strangers who hold the pipe open.
    func finish() async {
        let timer = channel.eventLoop.scheduleTask(in: .seconds(1)) { [channel] in channel.close(promise: nil) }
        try? await channel.closeFuture.get()
        timer.cancel()
    }
}

private final class LogHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let log: ContainerLog

    init(log: ContainerLog) { self.log = log }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        log.append(unwrapInboundIn(data).readableBytesView)
    }

    func channelInactive(context: ChannelHandlerContext) {
        log.finish()
        context.fireChannelInactive()
    }
}
