import Logging
import Synchronization

/// What was logged, as `level: message [warning]`.
struct CapturedLog: LogHandler {
    private final class Lines: Sendable {
        let lines = Mutex<[String]>([])
    }

    private let captured = Lines()
    var logLevel = Logger.Level.trace
    var metadata: Logger.Metadata = [:]
    var lines: [String] { captured.lines.withLock { $0 } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let warning = event.metadata?["warning"].map { " [\($0)]" } ?? ""
        captured.lines.withLock { $0.append("\(event.level): \(event.message)\(warning)") }
    }
}
