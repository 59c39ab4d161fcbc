import FaultProxy
import Foundation
import KubernetesClient
import NIOSSL
import PodEnvironment
import Testing

@Suite(.timeLimit(.minutes(1))) struct ProxyTests {
    /// A server over TLS whose certificate says `kubernetes`, and how a client reaches it through a proxy.
    private func withServer(
        _ body: (LoopbackServer, (String) throws -> ClientConfiguration) async throws -> Void
    ) async throws {
        let authority = try TestAuthority()
        let (certificate, key) = try authority.issue("server", dnsNames: ["kubernetes"])
        let tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem)))
        let server = try await LoopbackServer.start(tls: try NIOSSLContext(configuration: tls)) { _ in
            Reply.json(200, #"{"metadata":{"name":"p"}}"#)
        }
        let pem = try authority.pem
        try await body(server) { proxy in
            ClientConfiguration(
                server: server.url, certificateAuthority: .bytes(pem), tlsServerName: "kubernetes",
                proxy: try ProxyAddress(proxy), maximumAttempts: 1)
        }
        try await server.stop()
    }

    @Test func requestsGoThroughTheProxyAndTLSEndsAtTheServer() async throws {
        try await withServer { server, configuration in
            let proxy = try await ConnectProxy.start()
            let name = try await KubernetesClient.once(
                configuration(proxy.url.replacing("://", with: "://me:pw@"))
            ) { try await $0.get(.pod, "p", namespace: "n").name }
            #expect(name == "p" && proxy.requests.count == 1)
            let request = try #require(proxy.requests.first)
            #expect(request.hasPrefix("CONNECT 127.0.0.1:\(server.port) "))
            #expect(request.lowercased().contains("proxy-authorization: basic bwu6chc=\r\n"))
            try await proxy.stop()
        }
    }

    @Test func andSoThroughASOCKSProxy() async throws {
        try await withServer { server, configuration in
            let proxy = try await SOCKSProxy.start()
            let name = try await KubernetesClient.once(configuration(proxy.url)) {
                try await $0.get(.pod, "p", namespace: "n").name
            }
            #expect(name == "p" && proxy.requests == ["127.0.0.1:\(server.port)"])
            try await proxy.stop()
        }
    }

    /// Tries a write twice through a proxy by which it cannot come to the server.
    private func expectFailureToConnect(_ proxy: String) async throws {
        let configuration = ClientConfiguration(
            server: "https://127.0.0.1:1", proxy: try ProxyAddress(proxy), maximumAttempts: 2)
        let error = await #expect(throws: KubernetesError.self) {
            try await KubernetesClient.once(configuration) { client in
                try await client.create(.pod, UntypedObject(.pod, name: "p", namespace: "n"))
            }
        }
        guard case .transport(let transport) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!transport.mayHaveBeenSent)
    }

    @Test func aProxyThatIsNotThereIsAFailureToConnect() async throws {
        let nobody = try await FaultProxy.start(upstream: Upstream(url: "http://127.0.0.1:1"))
        try await nobody.refuse(true)
        try await expectFailureToConnect(nobody.url)
        try await nobody.stop()
    }

    @Test(arguments: ["502 Bad Gateway", "503 Service Unavailable", "407 Proxy Authentication Required"])
    func aProxyThatMakesNoTunnelIsOneToo(refusal: String) async throws {
        let proxy = try await ConnectProxy.start(refusal: refusal)
        try await expectFailureToConnect(proxy.url)
        #expect(proxy.requests.count == 2)
        try await proxy.stop()
    }

    @Test(arguments: [SOCKSProxy.Behaviour.failure(5), .failure(2), .noMethod, .otherProtocol])
    func andSoIsASOCKSProxyThatMakesNone(behaviour: SOCKSProxy.Behaviour) async throws {
        let proxy = try await SOCKSProxy.start(behaviour)
        try await expectFailureToConnect(proxy.url)
        try await proxy.stop()
    }

    @Test func theProxyOfTheEnvironmentIsTakenUnlessTheKubeconfigNamesOne() throws {
        let folder = try TemporaryFolder()
        func proxy(_ cluster: String, _ environment: [String: String]) throws -> String? {
            try folder.write(
                "config",
                """
                current-context: x
                clusters: [{name: c, cluster: {\(cluster)}}]
                contexts: [{name: x, context: {cluster: c}}]
                """)
            return try ClientConfiguration.automatic(kubeconfig: "\(folder.path)/config", environment: environment)
                .proxy.map { "\($0)" }
        }
        let environment = ["HTTPS_PROXY": "http://secure", "http_proxy": "plain:8080"]
        #expect(try proxy("server: 'https://h'", environment) == "http://secure:80")
        #expect(try proxy("server: 'http://h'", environment) == "http://plain:8080")
        #expect(try proxy("server: 'https://h', proxy-url: 'http://own'", environment) == "http://own:80")
        #expect(try proxy("server: 'https://h'", ["http_proxy": "plain"]) == nil)
        let error = #expect(throws: KubernetesError.self) {
            try proxy("server: 'https://h'", ["https_proxy": "https://me:S3CRET@p"])
        }
        let text = "\(try #require(error))"
        #expect(text.hasPrefix("HTTPS_PROXY: a proxy that is reached over TLS") && !text.contains("S3CRET"))
        try folder.write("root/var/run/secrets/kubernetes.io/serviceaccount/token", "t")
        let pod = try ClientConfiguration.inCluster(
            environment: ["KUBERNETES_SERVICE_HOST": "10.96.0.1", "HTTPS_PROXY": "p"],
            pod: PodEnvironment(root: folder.path + "/root", address: nil))
        #expect(pod.proxy?.host == "p")
    }

    @Test(arguments: [
        ("https://localhost:6443", "", true), ("https://127.3.2.1", "", true), ("https://[::1]:6443", "", true),
        ("https://10.96.0.1", "", false), ("https://10.96.0.1", "192.168.0.0/16, 10.96.0.0/12", true),
        ("https://10.112.0.1", "10.96.0.0/12", false), ("https://10.96.0.1:6443", "10.96.0.1", true),
        ("https://[fd00::1]:6443", "fd00::/8", true), ("https://[fd00::1]", "fd00::1", true),
        ("https://[fe00::1]", "fd00::/8", false), ("https://api.example.com", "example.com", true),
        ("https://example.com", "example.com", true), ("https://api.example.com", ".example.com", true),
        ("https://example.com", ".example.com", false), ("https://api.example.com", "*.example.com", true),
        ("https://badexample.com", "example.com", false), ("https://API.Example.com", "api.example.COM", true),
        ("https://h:6443", "h:6443", true), ("https://h", "h:443", true), ("https://h:6443", "h:443", false),
        ("https://h", "*", true), ("https://h", ",,", false),
    ])
    func whatTheEnvironmentExceptsIsReachedDirectly(server: String, exceptions: String, isDirect: Bool) throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "config",
            "{current-context: x, clusters: [{name: c, cluster: {server: '\(server)'}}], "
                + "contexts: [{name: x, context: {cluster: c}}]}")
        let configuration = try ClientConfiguration.automatic(
            kubeconfig: "\(folder.path)/config", environment: ["HTTPS_PROXY": "http://p", "NO_PROXY": exceptions])
        #expect((configuration.proxy == nil) == isDirect)
    }
}
