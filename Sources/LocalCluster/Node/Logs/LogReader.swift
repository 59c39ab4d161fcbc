import Foundation
import KubernetesClient

/// What of a log is wanted, as `kubectl logs` asks.
struct LogQuery: Sendable, Equatable {
    var follow = false
    var previous = false
    var timestamps = false
    var tailLines: Int?
    var since: Timestamp?
    var limitBytes: Int?
}

/// Picks lines out of a log's bytes; a value, fed piece by piece.
struct LogFilter {
    private let query: LogQuery
    private var partial: [UInt8] = []
    private var written = 0
    /// `limitBytes` is reached.
    private(set) var isFull = false

    init(_ query: LogQuery) { self.query = query }

    /// The lines that end in these bytes and are wanted, as they are to be shown.
    mutating func lines(_ bytes: some Collection<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        partial += bytes
        var start = partial.startIndex
        while let end = partial[start...].firstIndex(of: UInt8(ascii: "\n")) {
            if let line = shown(partial[start..<end]) { lines.append(line) }
            start = end + 1
        }
        partial.removeFirst(start)
        return lines
    }

    /// Cuts what is about to be sent at `limitBytes`.
    mutating func limited(_ bytes: [UInt8]) -> [UInt8] {
        guard let limit = query.limitBytes else { return bytes }
        let rest = bytes.prefix(max(0, limit - written))
        written += rest.count
        isFull = written >= limit
        return Array(rest)
    }

    /// `TIME stdout F TEXT` → `TEXT` or `TIME TEXT`.
    private func shown(_ line: ArraySlice<UInt8>) -> [UInt8]? {
        let fields = line.split(separator: UInt8(ascii: " "), maxSplits: 3, omittingEmptySubsequences: false)
        guard fields.count == 4 else { return nil }
        if let since = query.since, let time = Timestamp(String(decoding: fields[0], as: UTF8.self)), time < since {
            return nil
        }
        var shown = query.timestamps ? Array(fields[0]) + [UInt8(ascii: " ")] : []
        shown += fields[3]
        if fields[2].elementsEqual("F".utf8) { shown.append(UInt8(ascii: "\n")) }
        return shown
    }
}

/// Reads a log file with the piece rotated away before it, and what is written meanwhile.
struct LogReader: Sendable {
    let path: String
    let query: LogQuery

    private static let chunk = 256 << 10
    private static let pollInterval = Duration.milliseconds(100)

    /// Hands out the log piece by piece.
    ///
    /// - Parameter isLive: whether more may be written; asked when the end is reached.
    func read(isLive: @Sendable () async -> Bool, _ write: ([UInt8]) async throws -> Void) async throws {
        var filter = LogFilter(query)
        var tail: [[UInt8]] = []
        var tailCount = 0
        let before = FileHandle(forReadingAtPath: path + ".1")
        guard var file = FileHandle(forReadingAtPath: path) else {
            throw NodeError(.notFound, "the log is not there")
        }
        defer { try? before?.close() }
        for handle in [before, file].compactMap({ $0 }) {
            while let bytes = try handle.read(upToCount: Self.chunk), !bytes.isEmpty {
                let lines = filter.lines(bytes)
                guard let wanted = query.tailLines else {
                    try await send(lines, &filter, write)
                    if filter.isFull { return }
                    continue
                }
                tail += lines
                tailCount = tail.count
                if tailCount > 2 * wanted + 1024 { tail.removeFirst(tailCount - wanted) }
            }
        }
        if let wanted = query.tailLines { try await send(Array(tail.suffix(max(0, wanted))), &filter, write) }
        while query.follow, !filter.isFull {
            let wasLive = await isLive()
            let bytes = try file.read(upToCount: Self.chunk) ?? Data()
            if !bytes.isEmpty {
                try await send(filter.lines(bytes), &filter, write)
            } else if let next = rotated(file) {
                try file.close()
                file = next
            } else if !wasLive {
                break
            } else {
                try await Task.sleep(for: Self.pollInterval)
            }
        }
        try file.close()
    }

    private func send(
        _ lines: [[UInt8]], _ filter: inout LogFilter, _ write: ([UInt8]) async throws -> Void
    ) async throws {
        let bytes = filter.limited(Array(lines.joined()))
        if !bytes.isEmpty { try await write(bytes) }
    }

    /// The new file, when the one that is open was renamed.
    private func rotated(_ file: FileHandle) -> FileHandle? {
        let now = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(file.fileDescriptor)")
        guard let now, now.hasSuffix(".1") || now.hasSuffix(" (deleted)") else { return nil }
        return FileHandle(forReadingAtPath: path)
    }
}
