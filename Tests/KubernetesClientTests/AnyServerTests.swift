import Foundation
import KubernetesClient
import Testing

private let kubeconfig = ProcessInfo.processInfo.environment["STOREFRONT_TEST_CLUSTER"] ?? ""

/// The client against the API server of the kubeconfig in `STOREFRONT_TEST_CLUSTER`, whichever it is.
@Suite(.timeLimit(.minutes(2)), .enabled(if: !kubeconfig.isEmpty))
struct AnyServerTests {
    private let configuration: ClientConfiguration

    init() throws {
        configuration = try Kubeconfig(searching: kubeconfig.split(separator: ":").map(String.init))
            .configuration()
    }

    private func withNamespace(_ body: (KubernetesClient, String) async throws -> Void) async throws {
        try await KubernetesClient.once(configuration) { client in
            let name = "client-test-\(UUID().uuidString.prefix(8).lowercased())"
            try await client.create(.namespace, UntypedObject(.namespace, name: name))
            let result: Result<Void, any Error>
            do { result = .success(try await body(client, name)) } catch { result = .failure(error) }
            try await client.delete(.namespace, name)
            try result.get()
        }
    }

    private func version(_ configuration: ClientConfiguration) async throws -> String {
        try await KubernetesClient.once(configuration) { try await $0.serverVersion().gitVersion }
    }

    private func configMap(_ number: Int, _ namespace: String) -> UntypedObject {
        var object = UntypedObject(.configMap, name: "m\(number)", namespace: namespace, labels: ["n": "\(number % 2)"])
        object["data"] = ["k": "v"]
        return object
    }

    @Test func aStreamedListIsTheListAndAWatchGoesOnFromItsEnd() async throws {
        try await withNamespace { client, namespace async throws in
            for number in 0..<5 { try await client.create(.configMap, configMap(number, namespace)) }
            for metadataOnly in [false, true] {
                var names: Set<String> = []
                var end = ""
                let options = ListOptions(labelSelector: "n=0", limit: 2, omitsManagedFields: true)
                for try await event in client.streamList(
                    .configMap, namespace: namespace, options: options, metadataOnly: metadataOnly)
                {
                    switch event {
                    case .object(let object):
                        #expect((object["data"] == nil) == metadataOnly)
                        #expect(object["metadata", "managedFields"] == nil)
                        names.insert(object.name)
                    case .removed(let object): names.remove(object.name)
                    case .end(let version): end = version
                    }
                }
                #expect(names == ["m0", "m2", "m4"])
                var events = try await client.watch(
                    .configMap, namespace: namespace, options: WatchOptions(resourceVersion: end)
                ).makeAsyncIterator()
                let made = try await client.create(.configMap, configMap(metadataOnly ? 11 : 10, namespace))
                let event = try await events.next()
                guard case .added(let told)? = event else {
                    Issue.record("\(String(describing: event))")
                    return
                }
                #expect(told.uid == made.uid)
                try await client.delete(.configMap, made.name, namespace: namespace)
            }
        }
    }

    @Test func aContinueTokenThatNeverWasIsRefused() async throws {
        try await KubernetesClient.once(configuration) { client in
            let error = await #expect(throws: KubernetesError.self) {
                try await client.list(.namespace, options: ListOptions(limit: 1, continueToken: "x"))
            }
            #expect(error?.isBadRequest == true)
        }
    }

    @Test func aCredentialOfAnExecPluginIsTaken() async throws {
        var status: JSONValue = [:]
        if let token = configuration.token { status["token"] = .string(try text(token)) }
        if let certificate = configuration.clientCertificate, let key = configuration.clientKey {
            status["clientCertificateData"] = .string(try text(certificate))
            status["clientKeyData"] = .string(try text(key))
        }
        // What comes from a program already is taken, or nothing here would work.
        guard status != [:] else { return }
        let folder = try TemporaryFolder()
        let credential: JSONValue = [
            "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status,
        ]
        try folder.write("credential", credential.text())
        var configuration = configuration
        configuration.token = nil
        configuration.clientCertificate = nil
        configuration.clientKey = nil
        configuration.exec = ExecPlugin(command: "cat", arguments: [folder.path + "/credential"])
        try await KubernetesClient.once(configuration) { client in
            _ = try await client.list(.namespace, options: ListOptions(limit: 1))
        }
        configuration.exec = nil
        configuration.token = .text("nobody")
        let error = await #expect(throws: KubernetesError.self) {
            try await KubernetesClient.once(configuration) { try await $0.list(.namespace) }
        }
        #expect(error?.isUnauthorized == true)
    }

    @Test func theServersCertificateIsAlsoForItsNameInTheCluster() async throws {
        var configuration = configuration
        guard configuration.server.hasPrefix("https:"), !configuration.insecureSkipTLSVerify else { return }
        configuration.tlsServerName = "kubernetes.default.svc"
        #expect(try await version(configuration) != "")
    }

    @Test func theServerIsReachedThroughAProxy() async throws {
        let proxy = try await ConnectProxy.start()
        var configuration = configuration
        configuration.proxy = try ProxyAddress(proxy.url.replacing("http://", with: "http://me:pw@"))
        #expect(try await version(configuration) != "")
        let request = try #require(proxy.requests.first)
        #expect(request.hasPrefix("CONNECT ") && request.lowercased().contains("proxy-authorization: basic bwu6chc="))
        configuration.tlsServerName = "kubernetes.default.svc"
        #expect(try await version(configuration) != "")
        try await proxy.stop()
    }

    private func text(_ material: FileOrBytes) throws -> String {
        switch material {
        case .bytes(let bytes): String(decoding: bytes, as: UTF8.self)
        case .file(let path): try String(contentsOfFile: path, encoding: .utf8)
        }
    }
}
