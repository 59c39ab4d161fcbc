import Testing

@testable import Redis

@Suite struct RESPParserTests {
    static let text =
        "+OK\r\n:42\r\n$5\r\nhello\r\n$-1\r\n$0\r\n\r\n*2\r\n:1\r\n*1\r\n$1\r\na\r\n-ERR no\r\n*-1\r\n%1\r\n+k\r\n:1\r\n_\r\n#t\r\n,1.5\r\n=6\r\ntxt:ab\r\n"
    static let values: [RedisValue] = [
        .bytes(Array("OK".utf8)), .integer(42), .bytes(Array("hello".utf8)), .null, .bytes([]),
        .array([.integer(1), .array([.bytes([97])])]), .error("ERR no"), .null, .map([.bytes([107]): .integer(1)]),
        .null,
        .bool(true), .double(1.5), .bytes(Array("ab".utf8)),
    ]

    func values(_ parser: inout RESPParser) throws -> [RedisValue] {
        var values: [RedisValue] = []
        while let value = try parser.next() { values.append(value) }
        return values
    }

    @Test func allTypesAtOnce() throws {
        var parser = RESPParser()
        parser.feed(Self.text.utf8)
        #expect(try values(&parser) == Self.values)
    }

    @Test(arguments: [1, 2, 3, 7]) func allTypesInPiecesOfAnySize(size: Int) throws {
        var parser = RESPParser()
        var seen: [RedisValue] = []
        var rest = Array(Self.text.utf8)[...]
        while !rest.isEmpty {
            parser.feed(rest.prefix(size))
            rest = rest.dropFirst(size)
            seen += try values(&parser)
        }
        #expect(seen == Self.values)
    }

    @Test(arguments: ["?x\r\n", ":x\r\n", "$x\r\n", "$-2\r\n", "$1\r\nabc\r\n", "*9999999999\r\n"])
    func whatIsNotRESPIsRefused(text: String) {
        var parser = RESPParser()
        parser.feed(text.utf8)
        #expect(throws: RedisError.self) { _ = try parser.next() }
    }

    @Test func endlessNestingIsRefused() {
        var parser = RESPParser()
        parser.feed(String(repeating: "*1\r\n", count: 1000).utf8)
        #expect(throws: RedisError.self) { _ = try parser.next() }
    }

    @Test func urls() throws {
        let full = try RedisURL("rediss://user:p%40ss@redis.example:6380/3\n")
        #expect(full.host == "redis.example" && full.port == 6380 && full.tls && full.database == 3)
        #expect(full.user == "user" && full.password == "p@ss")
        let short = try RedisURL("redis://localhost")
        #expect(short.port == 6379 && !short.tls && short.user == nil && short.password == nil && short.database == 0)
        #expect(try RedisURL("redis://:secret@[::1]:7000").host == "::1")
        for text in ["", "http://x", "redis://", "redis://h:x", "redis://h:0", "redis://h/x"] {
            #expect(throws: RedisError.self) { _ = try RedisURL(text) }
        }
    }
}
