import Redis
import TestServers
import Testing

@Suite struct RedisClientTests {
    func withClient(_ body: (RedisClient) async throws -> Void) async throws {
        let url = try await TestServers.redis().url()
        let client = RedisClient { url }
        try await body(client)
        await client.close()
    }

    @Test func stringsHashesAndCounters() async throws {
        try await withClient { redis async throws in
            #expect(try await redis.get("a") == nil)
            #expect(try await redis.set("a", "1\r\nü\0"))
            #expect(try await redis.get("a") == "1\r\nü\0")
            #expect(try await redis.set("a", "2", condition: .ifAbsent) == false)
            #expect(try await redis.set("b", "2", condition: .ifAbsent))
            #expect(try await redis.mget(["a", "x", "b"]) == ["1\r\nü\0", nil, "2"])
            #expect(try await redis.hset("h", ["f": "1", "g": "2"]) == 2)
            #expect(try await redis.hget("h", "f") == "1")
            #expect(try await redis.hgetall("h") == ["f": "1", "g": "2"])
            #expect(try await redis.hdel("h", "f", "x") == 1)
            #expect(try await redis.incr("n") == 1)
            #expect(try await redis.incr("n", by: 5) == 6)
            #expect(try await redis.del("a", "b", "zzz") == 2)
            #expect(try await redis.exists("a") == false)
            #expect(
                try await redis.eval("return {KEYS[1], ARGV[1]}", keys: ["k"], arguments: ["v"]).array?.map(\.string)
                    == ["k", "v"])
        }
    }

    @Test func keysExpire() async throws {
        try await withClient { redis async throws in
            try await redis.set("a", "1", expiry: .milliseconds(50))
            try await redis.set("b", "1")
            #expect(try await redis.expire("b", .milliseconds(50)))
            try await eventually { try await redis.get("a") == nil }
            try await eventually { try await redis.get("b") == nil }
        }
    }

    @Test func manyCallersShareTheConnectionAndGetTheirOwnAnswers() async throws {
        try await withClient { redis async throws in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<500 {
                    group.addTask {
                        try await redis.set("k\(index)", "\(index)")
                        #expect(try await redis.get("k\(index)") == "\(index)")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func anErrorReplyIsThrownAndTheConnectionGoesOn() async throws {
        try await withClient { redis async throws in
            try await redis.set("a", "text")
            let error = await #expect(throws: RedisError.self) { _ = try await redis.incr("a") }
            #expect(error?.code == .server)
            let replies = try await redis.send(pipeline: [["GET", "a"], ["INCR", "a"], ["GET", "a"]])
            #expect(replies.count == 3 && replies[0] == replies[2])
        }
    }

    @Test func theServersDeathIsSurvived() async throws {
        let server = try await RedisServer.start()
        let url = server.url()
        let client = RedisClient { url }
        try await client.set("a", "1")
        server.kill()
        let error = await #expect(throws: RedisError.self) { try await client.ping() }
        #expect(error?.isUnavailable == true)
        try await server.restart()
        try await eventually { (try? await client.ping()) != nil }
        await client.close()
        await #expect(throws: RedisError.self) { try await client.ping() }
        server.stop()
    }

    @Test func aWrongPasswordIsAnErrorThatDoesNotShowIt() async throws {
        let port = try await TestServers.redis().port
        let client = RedisClient { "redis://:hunter2@127.0.0.1:\(port)/0" }
        let error = await #expect(throws: RedisError.self) { try await client.ping() }
        #expect(error.map { "\($0)".contains("hunter2") } == false)
        await client.close()
    }

    @Test func aServerThatDoesNotAnswerIsATimeout() async throws {
        let url = try await TestServers.redis().url()
        let client = RedisClient(commandTimeout: .milliseconds(100)) { url }
        let error = await #expect(throws: RedisError.self) { _ = try await client.send(["BLPOP", "nothing", "5"]) }
        #expect(error?.code == .timeout)
        try await eventually { (try? await client.ping()) != nil }
        await client.close()
    }
}
