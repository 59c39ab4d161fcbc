import FaultProxy
import KubernetesClient

/// A server, a proxy before it that does as it is told, and a client that knows only the proxy.
func withFaultyClient(
    _ answer: @escaping LoopbackServer.Answer, configure: (inout ClientConfiguration) -> Void = { _ in },
    _ body: (KubernetesClient, FaultProxy, LoopbackServer) async throws -> Void
) async throws {
    let server = try await LoopbackServer.start(answer: answer)
    let proxy = try await FaultProxy.start(upstream: Upstream(url: server.url))
    var configuration = ClientConfiguration(server: proxy.url, requestTimeout: .seconds(10))
    configure(&configuration)
    let result: Result<Void, any Error>
    do {
        result = .success(try await KubernetesClient.once(configuration) { try await body($0, proxy, server) })
    } catch { result = .failure(error) }
    try await proxy.stop()
    try await server.stop()
    try result.get()
}
