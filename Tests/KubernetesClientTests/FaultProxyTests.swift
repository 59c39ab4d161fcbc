import FaultProxy
import KubernetesClient
import NIOHTTP1
import Testing

/// The proxy does to a connection what it is told: what all tests of faults stand on.
@Suite(.timeLimit(.minutes(1))) struct FaultProxyTests {
    /// A server that says which request this is, behind a proxy, with a client that tries once.
    private func withProxy(
        timeout: Duration = .seconds(20), answer: @escaping LoopbackServer.Answer = { _ in Reply.json(200, "{}") },
        _ body: (FaultProxy, KubernetesClient, LoopbackServer) async throws -> Void
    ) async throws {
        let server = try await LoopbackServer.start(answer: answer)
        let proxy = try await FaultProxy.start(upstream: Upstream(url: server.url, token: "upstream"))
        let configuration = ClientConfiguration(
            server: proxy.url, requestTimeout: timeout, maximumAttempts: 1)
        try await KubernetesClient.once(configuration) { try await body(proxy, $0, server) }
        try await proxy.stop()
        try await server.stop()
    }

    private let read = APIRequest(.GET, "/a%2Fb", query: [("watch", "true")])
    private let write = APIRequest(.POST, "/things", body: Array("{}".utf8))

    @Test func passesRequestsAndCountsThem() async throws {
        try await withProxy { proxy, client, server in
            _ = try await client.send(read)
            _ = try await client.send(write)
            #expect(server.requests.map(\.uri) == ["/a%2Fb?watch=true", "/things"])
            #expect(server.requests[1].body == "{}")
            #expect(server.requests[1].headers["authorization"] == "Bearer upstream")
            #expect(proxy.counts == ["GET": 1, "POST": 1])
            #expect(proxy.log.map(\.isWatch) == [true, false] && proxy.log.map(\.mutation) == [nil, 1])
            #expect(proxy.log.map(\.status) == [200, 200])
        }
    }

    @Test func aResetBeforeOrAfterTheEffectLooksTheSameToTheClient() async throws {
        try await withProxy { proxy, client, server in
            proxy.rule(.resetBeforeSending) { $0.isMutating }
            proxy.rule(.resetAfterUpstreamAnswered) { $0.isMutating }
            for effects in [0, 1] {
                let error = await #expect(throws: KubernetesError.self) { try await client.send(write) }
                #expect(error?.isTransport == true)
                #expect(server.requests.count == effects)
            }
            _ = try await client.send(write)
        }
    }

    @Test func bodiesAreCutStalledAndRewritten() async throws {
        try await withProxy(timeout: .seconds(4)) { _ in
            [.head(200), .text("{\"a\":\n1}"), .end]
        } _: { proxy, client, _ in
            proxy.rule(.cutBody(afterBytes: 3))
            proxy.rule(.stallBody(afterBytes: 3))
            proxy.rule(.stall)
            proxy.rule(.rewriteLines { $0 == "1}" ? "2}" : $0 })
            for _ in 0..<3 {
                let error = await #expect(throws: KubernetesError.self) { try await client.send(read) }
                #expect(error?.isTransport == true)
            }
            let rewritten = try await client.send(read).json()
            #expect(rewritten == ["a": 2])
        }
    }

    @Test func anOutageRefusesAndTheSamePortComesBack() async throws {
        try await withProxy { proxy, client, server in
            try await proxy.refuse(true)
            let error = await #expect(throws: KubernetesError.self) { try await client.send(write) }
            guard case .transport(let transport) = error else { return }
            #expect(!transport.mayHaveBeenSent)
            try await proxy.refuse(false)
            _ = try await client.send(write)
            #expect(server.requests.count == 1)
        }
    }

    @Test func aPartitionHoldsEverythingUntilItHeals() async throws {
        try await withProxy(timeout: .seconds(4)) { proxy, client, server in
            proxy.freeze(true)
            await #expect(throws: KubernetesError.self) { try await client.send(read) }
            #expect(server.requests.isEmpty)
            proxy.freeze(false)
            _ = try await client.send(read)
        }
    }
}
