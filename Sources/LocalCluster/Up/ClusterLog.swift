import Foundation
import Logging
import Synchronization

/// The cluster's own log: a line for each record, in a file of the state folder.
final class ClusterLog: LogHandler, Sendable {
    /// A logger that appends to a file.
    static func logger(file: String) throws(LocalClusterError) -> Logger {
        if !FileManager.default.fileExists(atPath: file) {
            _ = FileManager.default.createFile(atPath: file, contents: nil)
        }
        do {
            let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
            try handle.seekToEnd()
            let log = ClusterLog(handle)
            return Logger(label: "local-cluster") { _ in log }
        } catch {
            throw LocalClusterError(.stateUnusable, "The log \(file) cannot be written.", cause: error)
        }
    }

    private let output: Mutex<FileHandle>

    private init(_ output: sending FileHandle) { self.output = Mutex(output) }

    var logLevel: Logger.Level {
        get { .info }
        set {}
    }

    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let details = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        let line = "\(time) \(event.level) \(event.message)\(details)\n"
        output.withLock { try? $0.write(contentsOf: Data(line.utf8)) }
    }
}
