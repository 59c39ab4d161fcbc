import FaultProxy
import Foundation
import KubernetesClient
import NIOSSL
import Testing

@Suite(.timeLimit(.minutes(1))) struct ProxyTests {
    @Test func requestsGoThroughTheProxyAndTLSEndsAtTheServer() async throws {
        let authority = try TestAuthority()
        let (certificate, key) = try authority.issue("server", dnsNames: ["kubernetes"])
        let tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem)))
        let server = try await LoopbackServer.start(tls: try NIOSSLContext(configuration: tls)) { _ in
            Reply.json(200, #"{"metadata":{"name":"p"}}"#)
        }
        let proxy = try await ConnectProxy.start()
        let configuration = ClientConfiguration(
            server: server.url, certificateAuthority: .bytes(try authority.pem), tlsServerName: "kubernetes",
            proxy: try ProxyAddress(proxy.url.replacing("://", with: "://me:pw@")), maximumAttempts: 1)
        try await KubernetesClient.once(configuration) { client async throws in
            let first = try await client.get(.pod, "p", namespace: "n")
            #expect(first.name == "p")
        }
        #expect(proxy.requests.count == 1)
        let request = try #require(proxy.requests.first)
        #expect(request.hasPrefix("CONNECT 127.0.0.1:\(server.port) "))
        #expect(request.lowercased().contains("proxy-authorization: basic bwu6chc=\r\n"))
        try await proxy.stop()
        try await server.stop()
    }

    @Test func aProxyThatIsNotThereIsAFailureToConnect() async throws {
        let nobody = try await FaultProxy.start(upstream: Upstream(url: "http://127.0.0.1:1"))
        try await nobody.refuse(true)
        let configuration = ClientConfiguration(
            server: "https://127.0.0.1:1", proxy: try ProxyAddress(nobody.url), maximumAttempts: 2)
        let error = await #expect(throws: KubernetesError.self) {
            try await KubernetesClient.once(configuration) { client in
                try await client.create(.pod, UntypedObject(.pod, name: "p", namespace: "n"))
            }
        }
        try await nobody.stop()
        guard case .transport(let transport) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!transport.mayHaveBeenSent)
    }
}
