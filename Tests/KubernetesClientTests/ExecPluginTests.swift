import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
import Testing

@testable import KubernetesClient

/// Exec plugins are real programs here: shell scripts that count their runs. One test at a time, since a script cannot be
/// run while another fork still holds it open for writing.
@Suite(.timeLimit(.minutes(1)), .serialized) struct ExecPluginTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// A plugin whose script finds the number of its run in `$RUN`.
    private func plugin(
        _ script: String, environment: [String: String] = [:], version: String = "v1", hint: String? = nil,
        timeout: Duration = .seconds(20)
    ) throws -> ExecPlugin {
        try folder.write(
            "plugin", "#!/bin/sh\necho run >> \(folder.path)/runs\nRUN=$(wc -l < \(folder.path)/runs)\n" + script)
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path + "/plugin")
        return ExecPlugin(
            apiVersion: "client.authentication.k8s.io/\(version)", command: folder.path + "/plugin",
            environment: environment, installHint: hint, interactiveMode: .never, timeout: timeout)
    }

    private static func credential(_ status: String, version: String = "v1") -> String {
        """
        echo '{"apiVersion":"client.authentication.k8s.io/\(version)","kind":"ExecCredential","status":{\(status)}}' \
        | sed "s/RUN/$RUN/"
        """
    }

    private var runs: Int {
        (try? String(contentsOfFile: folder.path + "/runs", encoding: .utf8))?.split(separator: "\n").count ?? 0
    }

    private final class Accepted: Sendable {
        let tokens: Mutex<Set<String>>
        init(_ tokens: Set<String> = []) { self.tokens = Mutex(tokens) }
    }

    /// A server that takes the accepted tokens, and a client with the plugin.
    private func withServer(
        _ accepted: Accepted, _ plugin: ExecPlugin, _ body: (KubernetesClient, LoopbackServer) async throws -> Void
    ) async throws {
        let server = try await LoopbackServer.start { request in
            let token = request.headers["authorization"]?.replacing("Bearer ", with: "") ?? ""
            return accepted.tokens.withLock { $0.contains(token) }
                ? Reply.json(200, #"{"metadata":{"name":"p"}}"#)
                : Reply.json(401, #"{"kind":"Status","code":401,"reason":"Unauthorized","message":"Unauthorized"}"#)
        }
        let configuration = ClientConfiguration(server: server.url, exec: plugin)
        try await KubernetesClient.once(configuration) { try await body($0, server) }
        try await server.stop()
    }

    private func failure(_ plugin: ExecPlugin) async throws -> String {
        let configuration = ClientConfiguration(server: "http://127.0.0.1:1", exec: plugin)
        let error = await #expect(throws: KubernetesError.self) {
            try await KubernetesClient.once(configuration) { try await $0.get(.pod, "p", namespace: "n") }
        }
        guard case .configuration(let message) = error else { return "\(String(describing: error))" }
        return message
    }

    @Test func manyRequestsAtOnceRunItOnceAndItsTokenIsKept() async throws {
        let plugin = try plugin("sleep 0.2\n" + Self.credential(#""token":"t-RUN""#))
        try await withServer(Accepted(["t-1"]), plugin) { client, _ async throws in
            await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<10 {
                    group.addTask { (try? await client.get(.pod, "p", namespace: "n")) != nil }
                }
                for await succeeded in group { #expect(succeeded) }
            }
            _ = try await client.get(.pod, "p", namespace: "n")
            #expect(runs == 1)
        }
    }

    @Test func aRefusedTokenIsMadeAnewOnceForARequest() async throws {
        let plugin = try plugin(Self.credential(#""token":"t-RUN""#, version: "v1beta1"), version: "v1beta1")
        let accepted = Accepted(["t-1"])
        try await withServer(accepted, plugin) { client, server async throws in
            _ = try await client.get(.pod, "p", namespace: "n")
            accepted.tokens.withLock { $0 = ["t-2"] }
            _ = try await client.get(.pod, "p", namespace: "n")
            #expect(runs == 2 && server.requests.count == 3)
            accepted.tokens.withLock { $0 = [] }
            let error = await #expect(throws: KubernetesError.self) { try await client.get(.pod, "p", namespace: "n") }
            #expect(error?.isUnauthorized == true)
            #expect(runs == 3 && server.requests.count == 5)
        }
    }

    @Test func anExpiredCredentialIsMadeAnewAndAFreshOneKept() async throws {
        let plugin = try plugin(
            """
            if [ $RUN = 1 ]; then when=2020-01-01T00:00:00Z; else when=2999-01-01T00:00:00Z; fi
            \(Self.credential(#""token":"t","expirationTimestamp":"WHEN""#)) | sed s/WHEN/$when/
            """)
        try await withServer(Accepted(["t"]), plugin) { client, _ async throws in
            for _ in 0..<3 { _ = try await client.get(.pod, "p", namespace: "n") }
            #expect(runs == 2)
        }
    }

    @Test func itIsToldItsEnvironmentAndTheClusterAndArguments() async throws {
        var plugin = try plugin(
            """
            printf '%s' "$KUBERNETES_EXEC_INFO" > \(folder.path)/info
            \(Self.credential(#""token":"t""#)) | sed "s/\\"t\\"/\\"$1$SUFFIX\\"/"
            """, environment: ["SUFFIX": "-end"])
        plugin.arguments = ["begin"]
        plugin.clusterInfo = ["server": "https://h"]
        try await withServer(Accepted(["begin-end"]), plugin) { client, _ async throws in
            _ = try await client.get(.pod, "p", namespace: "n")
            let info = try JSONValue(
                parsing: try String(contentsOfFile: folder.path + "/info", encoding: .utf8))
            #expect(
                info == [
                    "kind": "ExecCredential", "apiVersion": "client.authentication.k8s.io/v1",
                    "spec": ["interactive": false, "cluster": ["server": "https://h"]],
                ])
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/fd")))
    func itInheritsNoSocket() async throws {
        let plugin = try plugin(
            "ls -l /proc/$$/fd > \(folder.path)/open\n" + Self.credential(#""token":"t""#))
        try await withServer(Accepted(["t"]), plugin) { client, _ async throws in
            _ = try await client.get(.pod, "p", namespace: "n")
            let open = try String(contentsOfFile: folder.path + "/open", encoding: .utf8)
            #expect(open.contains("/dev/null") && !open.contains("socket:"))
        }
    }

    /// While others open and close sockets all the time.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/fd")))
    func itInheritsNoneThatIsOpenedWhileItStarts() async throws {
        let program = ChildProcess(
            command: "ls", arguments: ["-l", "/proc/self/fd"], environment: ["PATH": "/usr/bin:/bin"],
            inheritsStandardInput: false, timeout: .seconds(20))
        try await withThrowingTaskGroup { group in
            for _ in 0..<2 {
                group.addTask {
                    while !Task.isCancelled {
                        let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                            .bind(host: "127.0.0.1", port: 0).get()
                        try await channel.close()
                    }
                }
            }
            for _ in 0..<100 {
                let output = String(decoding: try await program.run().standardOutput, as: UTF8.self)
                // Its input, its outputs, and the folder it reads.
                #expect(output.split(separator: "\n").count { $0.contains(" -> ") } == 4, "\(output)")
            }
            group.cancelAll()
        }
    }

    @Test func aCertificateFromItAuthenticates() async throws {
        let authority = try TestAuthority()
        let (certificate, key) = try authority.issue("server", dnsNames: ["kubernetes"])
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(certificate).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: key, format: .pem)))
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(try authority.pem))
        tls.certificateVerification = .noHostnameVerification
        let server = try await LoopbackServer.start(tls: try NIOSSLContext(configuration: tls)) { _ in
            Reply.json(200, #"{"metadata":{"name":"p"}}"#)
        }
        let client = try authority.issue("jane")
        let credential: JSONValue = [
            "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
            "status": [
                "clientCertificateData": .string(String(decoding: client.certificate, as: UTF8.self)),
                "clientKeyData": .string(String(decoding: client.key, as: UTF8.self)),
            ],
        ]
        try folder.write("credential", credential.text())
        let configuration = ClientConfiguration(
            server: server.url, certificateAuthority: .bytes(try authority.pem),
            exec: try plugin("cat \(folder.path)/credential"), tlsServerName: "kubernetes", maximumAttempts: 1)
        let name = try await KubernetesClient.once(configuration) { try await $0.get(.pod, "p", namespace: "n").name }
        #expect(name == "p" && runs == 1)
        try await server.stop()
    }

    @Test func aFailureQuotesItsComplaintWithoutAnySecret() async throws {
        let message = try await failure(
            try plugin(
                """
                \(Self.credential(#""token":"tok-secret""#))
                echo "cannot log in with tok-secret and $PASSWORD" >&2
                exit 3
                """, environment: ["PASSWORD": "hunter2-hunter2"]))
        #expect(
            message == "exec plugin \(folder.path)/plugin: it failed with exit status 3: "
                + "\"cannot log in with <redacted> and <redacted>\"")
    }

    @Test(arguments: [
        (#"echo no"#, "its output is not JSON"), (#"echo '{}'"#, "its output is no ExecCredential"),
        (
            credential(#""token":"t-secret""#, version: "v1beta1"),
            "it returned version client.authentication.k8s.io/v1beta1"
        ),
        (credential(""), "it did not return a token or a certificate and key"),
        (credential(#""clientKeyData":"t-secret""#), "it returned only certificate or key, not both"),
        (credential(#""token":"t-secret","expirationTimestamp":"soon""#), "expirationTimestamp is no RFC 3339 time"),
    ])
    func outputThatMakesNoSenseIsToldButNotShown(script: String, message: String) async throws {
        let failure = try await failure(try plugin(script))
        #expect(failure.contains(message) && !failure.contains("t-secret"))
    }

    @Test func aMissingProgramIsToldWithItsInstallHint() async throws {
        var plugin = try plugin("", hint: "pip install login")
        plugin.command = "no-such-program"
        #expect(
            try await failure(plugin) == "exec plugin no-such-program: the program was not found\n\npip install login")
    }

    @Test func oneThatHangsIsKilledWithWhatItStarted() async throws {
        let begin = ContinuousClock.now
        let message = try await failure(
            try plugin(
                "echo waiting >&2; sleep 100 & echo $! > \(folder.path)/child; wait", timeout: .milliseconds(500)))
        #expect(message.contains("did not end within") && message.contains("waiting"))
        #expect(ContinuousClock.now - begin < .seconds(10))
        let child = try #require(
            Int32(try String(contentsOfFile: folder.path + "/child", encoding: .utf8).filter(\.isNumber)))
        await eventually { !FileManager.default.fileExists(atPath: "/proc/\(child)/cwd") }
    }

    @Test func anotherCredentialKeepsItFromRunning() async throws {
        let configuration = ClientConfiguration(
            server: "http://127.0.0.1:1", token: .text("t"), exec: try plugin("exit 1"), maximumAttempts: 1)
        let error = await #expect(throws: KubernetesError.self) {
            try await KubernetesClient.once(configuration) { try await $0.get(.pod, "p", namespace: "n") }
        }
        #expect(error?.isTransport == true && runs == 0)
    }
}
