import AsyncHTTPClient
import KubernetesClient
import NIOCore
import NIOPosix
import Testing

@testable import LocalNode

/// What probes make of the answers, and of none.
@Suite struct ProbeTests {
    @Test func nobodyIsToldInTheKubeletsWords() async throws {
        let listener = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(host: "127.0.0.1", port: 0).get()
        let port = try #require(listener.localAddress?.port)
        try await listener.close()
        let http = ProbeRunner.makeHTTPClient()
        let runner = ProbeRunner(http: http)
        func outcome(_ action: ProbeAction) async -> ProbeRunner.Outcome {
            await runner.run(action, address: "127.0.0.1", timeout: .seconds(2), in: nil)
        }
        #expect(
            await outcome(.tcp(host: nil, port: port))
                == .failure(
                    "dial tcp 127.0.0.1:\(port): connect: connection refused"))
        #expect(
            await outcome(.http(scheme: "http", host: nil, port: port, path: "/", headers: []))
                == .failure(
                    "Get \"http://127.0.0.1:\(port)/\": dial tcp 127.0.0.1:\(port): connect: connection refused"))
        try await http.shutdown()
    }

    @Test func aGRPCProbeSaysThatItIsNotRun() async throws {
        let spec = try #require(ProbeSpec(["grpc": ["port": 1]], container: [:]))
        let http = ProbeRunner.makeHTTPClient()
        let outcome = await ProbeRunner(http: http)
            .run(spec.action, address: "127.0.0.1", timeout: .seconds(2), in: nil)
        #expect(outcome == .failure("gRPC probes are not run by this node; use httpGet, tcpSocket or exec"))
        try await http.shutdown()
    }
}
