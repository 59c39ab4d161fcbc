import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Tells the person at the terminal what happens: a line for each thing done, with the seconds since the start. On a
/// terminal one more line at the bottom says what is being waited for.
public final class ProgressDisplay: Sendable {
    private let start = ContinuousClock.now
    private let isTerminal: Bool
    private let waiting = Mutex<String?>(nil)

    /// - Parameter isTerminal: whether standard error is one; found out when `nil`.
    public init(isTerminal: Bool? = nil) {
        self.isTerminal = isTerminal ?? (isatty(STDERR_FILENO) == 1)
    }

    /// Seconds since the start.
    public var elapsed: Double {
        let elapsed = start.duration(to: .now)
        return Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) / 1e18
    }

    /// Something is done.
    public func done(_ text: String) {
        waiting.withLock { current in
            write(line(text) + "\n" + footer(current))
        }
    }

    /// What is being waited for now. Without a terminal, a line each time it changes.
    public func wait(for text: String?) {
        waiting.withLock { current in
            guard text != current else { return }
            current = text
            if isTerminal {
                write(footer(text))
            } else if let text {
                write(line("waiting for \(text)") + "\n")
            }
        }
    }

    /// Shows the seconds go by while something is waited for.
    public func tick() {
        guard isTerminal else { return }
        waiting.withLock { write(footer($0)) }
    }

    private func line(_ text: String) -> String {
        "\(isTerminal ? "\r\u{1B}[K" : "")\(String(format: "%6.1f s", elapsed))  \(text)"
    }

    private func footer(_ text: String?) -> String {
        guard isTerminal else { return "" }
        guard let text else { return "\r\u{1B}[K" }
        return "\r\u{1B}[K\(String(format: "%6.1f s", elapsed))  … \(text)"
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
