import Testing

@testable import KubernetesClient

@Suite struct LineFramingTests {
    private let text = "{\"a\":\"ä€😀\"}\n\r\n{\"b\":2}\r\nlast"

    @Test func linesAreTheSameWhereverTheChunksAreCut() throws {
        let bytes = Array(text.utf8)
        for size in 1...bytes.count {
            var framing = LineFraming(maximumLineBytes: 100)
            var lines: [String] = []
            for start in stride(from: 0, to: bytes.count, by: size) {
                try framing.append(bytes[start..<min(start + size, bytes.count)])
                while let line = framing.next() { lines.append(String(decoding: line, as: UTF8.self)) }
            }
            #expect(lines == ["{\"a\":\"ä€😀\"}", "{\"b\":2}"])
            #expect(framing.rest().map { String(decoding: $0, as: UTF8.self) } == "last")
        }
    }

    @Test func manyLinesInOneChunk() throws {
        var framing = LineFraming(maximumLineBytes: 10)
        try framing.append(Array(String(repeating: "x\n", count: 1000).utf8))
        var count = 0
        while framing.next() != nil { count += 1 }
        #expect(count == 1000)
        #expect(framing.rest() == nil)
    }

    @Test func aLineWithoutEndIsRefusedBeforeItFillsTheMemory() throws {
        var framing = LineFraming(maximumLineBytes: 8)
        try framing.append(Array("12345678".utf8))
        #expect(throws: LineFraming.LineTooLong.self) { try framing.append(Array("9".utf8)) }
    }
}
