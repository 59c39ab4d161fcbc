import FaultProxy
import KubernetesClient
import NIOHTTP1
import Synchronization
import Testing

@Suite(.timeLimit(.minutes(1))) struct WriteLimitTests {
    private let write = APIRequest(.POST, "/things", body: Array("{}".utf8))
    private let read = APIRequest(.GET, "/things")

    private func withProxy(_ body: (FaultProxy, KubernetesClient) async throws -> Void) async throws {
        let server = try await LoopbackServer.start { _ in Reply.json(200, "{}") }
        let proxy = try await FaultProxy.start(upstream: Upstream(url: server.url))
        try await KubernetesClient.once(ClientConfiguration(server: proxy.url)) { try await body(proxy, $0) }
        try await proxy.stop()
        try await server.stop()
    }

    @Test func afterItsEndNoWriteIsSentWhileReadingGoesOn() async throws {
        try await withProxy { proxy, client in
            let limit = WriteLimit(end: .now + .seconds(60))
            try await WriteLimit.$current.withValue(limit) {
                _ = try await client.send(write)
                limit.end = .now
                let error = await #expect(throws: KubernetesError.self) { try await client.send(write) }
                #expect(error?.isCancelled == true)
                _ = try await client.send(read)
            }
            #expect(proxy.counts == ["POST": 1, "GET": 1] && limit.lastUnansweredWrite == nil)
            // The server is told how long it may take.
            let told = try #require(proxy.log.first?.parameter("timeout"))
            #expect(Int(told.dropLast(2)).map { (1...60_000).contains($0) } == true && told.hasSuffix("ms"))
            #expect(proxy.log.last?.parameter("timeout") == nil)
        }
    }

    @Test func aWriteInProgressAtTheEndIsGivenUp() async throws {
        try await withProxy { proxy, client in
            proxy.rule(.stall)
            let begin = ContinuousClock.now
            let limit = WriteLimit(end: begin + .seconds(2))
            await WriteLimit.$current.withValue(limit) {
                await #expect(throws: KubernetesError.self) { try await client.send(write) }
            }
            #expect(.now - begin < .seconds(20) && limit.lastUnansweredWrite != nil)
            #expect(proxy.log.count == 1)
        }
    }

    @Test func aWriteThatTheServerGaveUpMayStillTakeEffect() async throws {
        try await withProxy { proxy, client in
            let limit = WriteLimit(end: .now + .seconds(60))
            await WriteLimit.$current.withValue(limit) {
                proxy.rule(.failure(409, reason: "Conflict"))
                await #expect(throws: KubernetesError.self) { try await client.send(write) }
                #expect(limit.lastUnansweredWrite == nil)
                proxy.rule(.failure(504, reason: "Timeout"))
                await #expect(throws: KubernetesError.self) { try await client.send(write) }
                #expect(limit.lastUnansweredWrite != nil)
            }
        }
    }

    @Test func cancellationWaitsForTheAnswerOfAWriteInProgress() async throws {
        try await withProxy { proxy, client in
            proxy.rule(.delayAnswer(.milliseconds(200)))
            let limit = WriteLimit(end: .now + .seconds(60))
            let status = try await WriteLimit.$current.withValue(limit) {
                try await withThrowingTaskGroup(of: Int.self) { group in
                    group.addTask { try await client.send(write).status }
                    await eventually { proxy.log.count == 1 }
                    group.cancelAll()
                    return try await group.next()
                }
            }
            #expect(status == 200 && limit.lastUnansweredWrite == nil)
        }
    }
}
