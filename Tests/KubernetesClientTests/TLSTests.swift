import Foundation
import KubernetesClient
import NIOSSL
import Testing

@Suite struct TLSTests {
    /// A server whose certificate is for `kubernetes` and that wants certificates of `clients`.
    private func server(_ authority: TestAuthority, clients: TestAuthority? = nil) async throws -> LoopbackServer {
        let (certificate, key) = try authority.issue("server", dnsNames: ["kubernetes"])
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem)))
        if let clients {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(try clients.pem))
            tls.certificateVerification = .noHostnameVerification
        }
        return try await LoopbackServer.start(tls: try NIOSSLContext(configuration: tls)) { _ in
            Reply.json(200, #"{"metadata":{"name":"p"}}"#)
        }
    }

    private func get(_ configuration: ClientConfiguration) async throws -> Result<UntypedObject, KubernetesError> {
        let client = KubernetesClient(configuration: configuration)
        let result: Result<UntypedObject, KubernetesError>
        do throws(KubernetesError) {
            result = .success(try await client.get(.pod, "p", namespace: "n"))
        } catch { result = .failure(error) }
        try await client.shutdown()
        return result
    }

    private func isRefused(_ configuration: ClientConfiguration) async throws -> Bool {
        if case .failure(.transport) = try await get(configuration) { true } else { false }
    }

    @Test func theServerIsVerifiedByTheGivenAuthorityAndName() async throws {
        let authority = try TestAuthority()
        let server = try await server(authority)
        var configuration = ClientConfiguration(
            server: server.url, certificateAuthority: .bytes(try authority.pem), tlsServerName: "kubernetes",
            maximumAttempts: 1)
        #expect(try await get(configuration).get().name == "p")
        #expect(server.requests.last?.headers["host"] == "127.0.0.1:\(server.port)")
        configuration.tlsServerName = "other"
        #expect(try await isRefused(configuration))
        configuration.tlsServerName = nil
        #expect(try await isRefused(configuration))
        configuration.tlsServerName = "kubernetes"
        configuration.certificateAuthority = .bytes(try TestAuthority().pem)
        #expect(try await isRefused(configuration))
        configuration.insecureSkipTLSVerify = true
        #expect(try await get(configuration).get().name == "p")
        try await server.stop()
    }

    @Test func anAuthorityThatRotatesIsTakenUpAtOnce() async throws {
        let folder = try TemporaryFolder()
        let authority = try TestAuthority()
        let server = try await server(authority)
        try folder.write("ca", String(decoding: try TestAuthority().pem, as: UTF8.self))
        let configuration = ClientConfiguration(
            server: server.url, certificateAuthority: .file(folder.path + "/ca"), tlsServerName: "kubernetes",
            maximumAttempts: 1)
        try await KubernetesClient.once(configuration) { client async throws in
            let error = await #expect(throws: KubernetesError.self) { try await client.get(.pod, "p", namespace: "n") }
            #expect(error?.isTransport == true)
            try folder.write("ca", String(decoding: try authority.pem, as: UTF8.self))
            let pod = try await client.get(.pod, "p", namespace: "n")
            #expect(pod.name == "p")
        }
        try await server.stop()
    }

    @Test func aClientCertificateAuthenticates() async throws {
        let authority = try TestAuthority()
        let clients = try TestAuthority()
        let server = try await server(authority, clients: clients)
        let (certificate, key) = try clients.issue("jane")
        var configuration = ClientConfiguration(
            server: server.url, certificateAuthority: .bytes(try authority.pem), clientCertificate: .bytes(certificate),
            clientKey: .bytes(key), tlsServerName: "kubernetes", maximumAttempts: 1)
        #expect(try await get(configuration).get().name == "p")
        configuration.clientCertificate = nil
        configuration.clientKey = nil
        #expect(try await isRefused(configuration))
        try await server.stop()
    }

    @Test func materialThatIsMissingOrNoPEMIsAConfigurationErrorThatNamesIt() async throws {
        var configuration = ClientConfiguration(
            server: "https://127.0.0.1:1", certificateAuthority: .file("/nonexistent"))
        guard case .failure(.configuration(let missing)) = try await get(configuration) else {
            Issue.record("no configuration error")
            return
        }
        #expect(missing == "cannot read the certificate authority /nonexistent")
        configuration.certificateAuthority = nil
        configuration.clientCertificate = .text("x")
        configuration.clientKey = .text("secret-key")
        guard case .failure(.configuration(let bad)) = try await get(configuration) else {
            Issue.record("no configuration error")
            return
        }
        #expect(bad.contains("PEM") && !bad.contains("secret-key"))
    }
}
