import KubernetesClient
import Testing

/// Every field of a kubeconfig means something here, or is told as wrong where it stands.
@Suite struct KubeconfigFieldsTests {
    /// A kubeconfig of one cluster and user, whose fields the test gives in YAML's flow notation.
    private func kubeconfig(cluster: String = "", user: String = "", in folder: String = "/k") throws -> Kubeconfig {
        try Kubeconfig(
            text: """
                current-context: x
                clusters: [{name: c, cluster: {server: "https://h", \(cluster)}}]
                users: [{name: u, user: {\(user)}}]
                contexts: [{name: x, context: {cluster: c, user: u}}]
                """, folder: folder)
    }

    private func failure(cluster: String = "", user: String = "") throws -> String {
        let kubeconfig = try kubeconfig(cluster: cluster, user: user)
        let error = #expect(throws: KubernetesError.self) { try kubeconfig.configuration() }
        return "\(try #require(error))"
    }

    @Test func dataWinsOverFilesAndPathsAreRelativeToTheFile() throws {
        let configuration = try kubeconfig(
            cluster: "certificate-authority: ca.crt, certificate-authority-data: Y2E=",
            user: "client-certificate: c.crt, client-key: /abs/c.key, tokenFile: t"
        ).configuration()
        #expect(configuration.certificateAuthority == .text("ca"))
        #expect(configuration.clientCertificate == .file("/k/c.crt"))
        #expect(configuration.clientKey == .file("/abs/c.key"))
        #expect(configuration.token == .file("/k/t"))
    }

    @Test func anExecPluginIsReadWithWhatItIsToldOfTheCluster() throws {
        let configuration = try kubeconfig(
            cluster: """
                tls-server-name: n, certificate-authority-data: Y2E=, disable-compression: true,
                extensions: [{name: client.authentication.k8s.io/exec, extension: {audience: a}}]
                """,
            user: """
                exec: {apiVersion: client.authentication.k8s.io/v1, command: bin/login, args: [a, b],
                env: [{name: K, value: v}], installHint: get it, interactiveMode: Never, provideClusterInfo: true}
                """
        ).configuration()
        let plugin = try #require(configuration.exec)
        #expect(plugin.command == "/k/bin/login" && plugin.arguments == ["a", "b"])
        #expect(plugin.environment == ["K": "v"] && plugin.installHint == "get it")
        #expect(plugin.interactiveMode == .never)
        #expect(
            plugin.clusterInfo == [
                "server": "https://h", "tls-server-name": "n", "certificate-authority-data": "Y2E=",
                "disable-compression": true, "config": ["audience": "a"],
            ])
        let beta = try kubeconfig(user: "exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: login}")
            .configuration().exec
        #expect(beta?.command == "login" && beta?.interactiveMode == .ifAvailable && beta?.clusterInfo == nil)
    }

    @Test func passwordsImpersonationAndProxiesAreRead() throws {
        let configuration = try kubeconfig(
            cluster: "proxy-url: 'http://me:p%40ss@[::1]:3128/'",
            user: "username: n, password: p, as: jane, as-uid: '7', as-groups: [g], as-user-extra: {scopes: [a, b]}"
        ).configuration()
        #expect(configuration.basicAuthentication == BasicAuthentication(username: "n", password: .text("p")))
        #expect(configuration.impersonatedUser == "jane" && configuration.impersonatedUID == "7")
        #expect(configuration.impersonatedGroups == ["g"] && configuration.impersonatedExtra == ["scopes": ["a", "b"]])
        let proxy = try #require(configuration.proxy)
        #expect(proxy.host == "::1" && proxy.port == 3128 && proxy.username == "me" && proxy.password == "p@ss")
        #expect(!"\(configuration)".contains("p@ss") && "\(proxy)" == "http://me@[::1]:3128")
        #expect(try ProxyAddress("socks5://h").port == 1080)
    }

    @Test func noSecretIsShownInAnyDescription() throws {
        let configuration = try kubeconfig(
            cluster: "proxy-url: 'http://me:S3CRET@h'",
            user: """
                username: n, password: S3CRET,
                exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: c, args: [--password, S3CRET],
                env: [{name: K, value: S3CRET}]}
                """
        ).configuration()
        var shown = "\(configuration) \(String(reflecting: configuration))"
        dump(configuration, to: &shown)
        #expect(configuration.exec?.environment == ["K": "S3CRET"] && configuration.proxy?.password == "S3CRET")
        #expect(!shown.contains("S3CRET"))
    }

    @Test(arguments: [
        ("insecure-skip-tls-verify: 1", "clusters[c].insecure-skip-tls-verify: must be true or false"),
        ("certificate-authority-data: '*'", "clusters[c].certificate-authority-data: is not Base64"),
        (
            "insecure-skip-tls-verify: true, certificate-authority: f",
            "clusters[c].insecure-skip-tls-verify: is not allowed with a certificate-authority"
        ),
        ("proxy-url: 'ftp://h'", "clusters[c].proxy-url: a proxy's URL begins with http:// or socks5://"),
        ("proxy-url: 'https://h'", "clusters[c].proxy-url: a proxy that is reached over TLS"),
        ("proxy-url: 'http://h:x'", "clusters[c].proxy-url: the proxy's port is no number"),
    ])
    func saysWhichFieldOfAClusterIsWrong(fields: String, message: String) throws {
        let failure = try failure(cluster: fields)
        #expect(failure.hasPrefix("kubeconfig: \(message)"))
    }

    @Test(arguments: [
        ("token: 17", "users[u].token: must be a string"),
        ("client-certificate: f", "users[u].client-key: must be set, or client-key-data"),
        ("as-groups: [g]", "users[u].as: must be set with"),
        ("as: j, as-groups: g", "users[u].as-groups: must be a list"),
        ("token: t, username: n", "users[u].username: there is a token too"),
        ("auth-provider: {name: gcp}", "users[u].auth-provider: is no longer supported"),
        ("exec: {apiVersion: client.authentication.k8s.io/v1}", "users[u].exec.command: must be set"),
        ("exec: {command: c}", "users[u].exec.apiVersion: must be set"),
        (
            "exec: {command: c, apiVersion: client.authentication.k8s.io/v1alpha1}",
            "users[u].exec.apiVersion: must be client.authentication.k8s.io/v1 or"
        ),
        (
            "exec: {command: c, apiVersion: client.authentication.k8s.io/v1}",
            "users[u].exec.interactiveMode: must be set"
        ),
        (
            "exec: {command: c, apiVersion: client.authentication.k8s.io/v1beta1, env: [{value: v}]}",
            "users[u].exec.env[0].name: must be set"
        ),
        (
            "exec: {command: c, apiVersion: client.authentication.k8s.io/v1beta1, env: [{name: PORT, value: 80}]}",
            "users[u].exec.env[0].value: must be a string"
        ),
    ])
    func saysWhichFieldOfAUserIsWrong(fields: String, message: String) throws {
        let failure = try failure(user: fields)
        #expect(failure.hasPrefix("kubeconfig: \(message)"))
    }

    @Test func anErrorNamesTheFileThatTheFieldIsFrom() throws {
        let folder = try TemporaryFolder()
        try folder.write("a", "current-context: x\ncontexts: [{name: x, context: {cluster: c}}]")
        try folder.write("b", "clusters: [{name: c, cluster: {server: ''}}]")
        let kubeconfig = try Kubeconfig(searching: ["\(folder.path)/a", "\(folder.path)/b"])
        let missing = #expect(throws: KubernetesError.self) { try kubeconfig.configuration() }
        #expect("\(try #require(missing))" == "\(folder.path)/b: clusters[c].server: must be set")
        try folder.write("c", "users: [{name: u, user: {}}, {name: u, user: {}}]")
        let twice = #expect(throws: KubernetesError.self) { try Kubeconfig(path: "\(folder.path)/c") }
        #expect("\(try #require(twice))" == "\(folder.path)/c: users: the name \"u\" is there twice")
        try folder.write("d", "clusters: {name: c}")
        let noList = #expect(throws: KubernetesError.self) { try Kubeconfig(path: "\(folder.path)/d") }
        #expect("\(try #require(noList))" == "\(folder.path)/d: clusters: must be a list")
    }
}
