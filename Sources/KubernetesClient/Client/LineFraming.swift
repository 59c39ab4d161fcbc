/// Cuts a stream of bytes into lines.
///
/// Works on bytes, as a chunk may end in the middle of a UTF-8 character; the buffer is bounded.
struct LineFraming {
    private var buffer: [UInt8] = []
    private var start = 0
    private var searched = 0
    private let maximumLineBytes: Int

    struct LineTooLong: Error, CustomStringConvertible {
        let limit: Int
        var description: String { "a line is longer than \(limit) bytes" }
    }

    init(maximumLineBytes: Int) { self.maximumLineBytes = maximumLineBytes }

    mutating func append(_ bytes: some Collection<UInt8>) throws(LineTooLong) {
        if start > 0 {
            buffer.removeFirst(start)
            searched -= start
            start = 0
        }
        buffer.append(contentsOf: bytes)
        if buffer.count > maximumLineBytes, !buffer.contains(UInt8(ascii: "\n")) {
            throw LineTooLong(limit: maximumLineBytes)
        }
    }

    /// The next whole line that is not empty, without its end.
    mutating func next() -> ArraySlice<UInt8>? {
        while let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
            var line = buffer[start..<end]
            start = end + 1
            searched = start
            if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
            if !line.isEmpty { return line }
        }
        searched = buffer.count
        if start == buffer.count {
            // Let go of what a large object needed.
            buffer = []
            start = 0
            searched = 0
        }
        return nil
    }

    /// What is left at the end of the stream: a last line without its end.
    mutating func rest() -> ArraySlice<UInt8>? {
        let line = buffer[start...]
        buffer = []
        start = 0
        searched = 0
        return line.isEmpty ? nil : line
    }
}
