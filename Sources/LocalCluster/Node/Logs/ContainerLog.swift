import Foundation
import KubernetesClient

#if canImport(Glibc)
    import Glibc
#endif

/// The log of one run of a container: a file of lines `TIME stdout F TEXT` (the CRI's format), of which at most two
/// pieces of ``maximumBytes`` are kept.
///
/// Written by one event loop only.
final class ContainerLog {
    static let maximumBytes = 10 << 20
    /// Longer lines are cut into parts marked `P`.
    static let maximumLine = 16 << 10

    private let path: String
    private var descriptor: Int32
    private var size = 0
    private var partial: [UInt8] = []

    /// - Parameter path: made, with its folders; an earlier file of that name goes on.
    init(path: String) throws {
        self.path = path
        do {
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        } catch {
            throw NodeError(.fileSystem, "the log \(path) cannot be written", cause: error)
        }
        descriptor = try Self.open(path)
        size = Int(lseek(descriptor, 0, SEEK_END))
    }

    deinit { close(descriptor) }

    private static func open(_ path: String) throws -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else {
            throw NodeError(.fileSystem, "the log \(path) cannot be written: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }

    /// Adds output as it came; the last line waits for its end.
    func append(_ bytes: some Collection<UInt8>) {
        var output: [UInt8] = []
        let time = Timestamp.now.micro
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                endLine(&output, time, "F")
            } else {
                partial.append(byte)
                if partial.count >= Self.maximumLine { endLine(&output, time, "P") }
            }
        }
        write(output)
    }

    /// Writes what is left of a line without end.
    func finish() {
        guard !partial.isEmpty else { return }
        var output: [UInt8] = []
        endLine(&output, Timestamp.now.micro, "F")
        write(output)
    }

    private func endLine(_ output: inout [UInt8], _ time: String, _ tag: String) {
        output += Array("\(time) stdout \(tag) ".utf8)
        output += partial
        output.append(UInt8(ascii: "\n"))
        partial.removeAll(keepingCapacity: true)
    }

    private func write(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        if size + bytes.count > Self.maximumBytes { rotate() }
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            // A full disk must not stop the container: its output is lost instead.
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
            size += count
        }
    }

    private func rotate() {
        guard rename(path, path + ".1") == 0, let fresh = try? Self.open(path) else { return }
        close(descriptor)
        descriptor = fresh
        size = 0
    }
}
