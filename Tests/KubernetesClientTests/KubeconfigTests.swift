import Foundation
import KubernetesClient
import PodEnvironment
import Testing

@Suite struct KubeconfigTests {
    private let text = """
        apiVersion: v1
        kind: Config
        current-context: dev
        clusters:
        - name: dev
          cluster:
            server: https://dev.example.com:6443/
            certificate-authority: pki/ca.crt
            tls-server-name: kubernetes
        - name: open
          cluster: {server: "http://localhost:8001", insecure-skip-tls-verify: true}
        users:
        - name: cert
          user: {client-certificate-data: Y2VydA==, client-key-data: a2V5}
        - name: token
          user: {token: s3cret}
        - name: file
          user: {tokenFile: /var/token, token: stale}
        - name: plugin
          user: {auth-provider: {name: gcp}}
        contexts:
        - name: dev
          context: {cluster: dev, user: cert, namespace: shop}
        - name: token
          context: {cluster: open, user: token}
        - name: file
          context: {cluster: open, user: file}
        - name: plugin
          context: {cluster: dev, user: plugin}
        - name: lost
          context: {cluster: nowhere, user: cert}
        - name: nobody
          context: {cluster: open, user: nobody}
        """

    @Test func theCurrentContextGivesServerNamesAndCertificates() throws {
        let configuration = try Kubeconfig(text: text, folder: "/home/me/.kube").configuration()
        #expect(configuration.server == "https://dev.example.com:6443")
        #expect(configuration.namespace == "shop")
        #expect(configuration.tlsServerName == "kubernetes")
        #expect(configuration.certificateAuthority == .file("/home/me/.kube/pki/ca.crt"))
        #expect(configuration.clientCertificate == .text("cert"))
        #expect(configuration.clientKey == .text("key"))
        #expect(!configuration.insecureSkipTLSVerify)
    }

    @Test func anotherContextCanBeChosen() throws {
        let kubeconfig = try Kubeconfig(text: text)
        let token = try kubeconfig.configuration(context: "token")
        #expect(token.token == .text("s3cret"))
        #expect(token.insecureSkipTLSVerify)
        #expect(token.namespace == "default")
        #expect(try kubeconfig.configuration(context: "file").token == .file("/var/token"))
        #expect(kubeconfig.contextNames == ["dev", "file", "lost", "nobody", "plugin", "token"])
    }

    @Test(arguments: [
        ("plugin", "users[plugin].auth-provider: is no longer supported"),
        ("lost", "contexts[lost].cluster: there is no cluster \"nowhere\""), ("nobody", "\"nobody\""),
        ("none", "no context"),
    ])
    func saysWhatIsWrong(context: String, message: String) throws {
        let kubeconfig = try Kubeconfig(text: text)
        let error = #expect(throws: KubernetesError.self) { try kubeconfig.configuration(context: context) }
        #expect("\(try #require(error))".contains(message))
    }

    @Test func noDescriptionShowsASecret() throws {
        let configuration = try Kubeconfig(text: text).configuration(context: "token")
        for shown in ["\(configuration)", String(reflecting: configuration), "\(try #require(configuration.token))"] {
            #expect(!shown.contains("s3cret"))
        }
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!dumped.contains("s3cret") && !dumped.contains("115, 51"))
    }

    @Test func severalFilesAreMergedAndTheFirstWins() throws {
        let folder = try TemporaryFolder()
        try folder.write("a", "current-context: x\nusers: [{name: u, user: {token: one}}]")
        try folder.write(
            "b",
            """
            current-context: y
            users: [{name: u, user: {token: two}}]
            clusters: [{name: c, cluster: {server: "http://h", certificate-authority: ca.crt}}]
            contexts: [{name: x, context: {cluster: c, user: u}}]
            """)
        let paths = "\(folder.path)/a:\(folder.path)/missing:\(folder.path)/b"
        let configuration = try ClientConfiguration.automatic(environment: ["KUBECONFIG": paths])
        #expect(configuration.token == .text("one"))
        #expect(configuration.certificateAuthority == .file("\(folder.path)/ca.crt"))
    }

    @Test func aGivenKubeconfigWinsOverThePodAndThePodOverTheHome() throws {
        let folder = try TemporaryFolder()
        try folder.write(
            "given",
            "current-context: x\nclusters: [{name: c, cluster: {server: 'http://given'}}]\ncontexts: [{name: x, context: {cluster: c}}]"
        )
        let mount = "root/var/run/secrets/kubernetes.io/serviceaccount"
        try folder.write("\(mount)/token", "abc")
        try folder.write("\(mount)/ca.crt", "ca")
        try folder.write("\(mount)/namespace", "shop\n")
        try folder.write(
            "home/.kube/config",
            "current-context: x\nclusters: [{name: c, cluster: {server: 'http://home'}}]\ncontexts: [{name: x, context: {cluster: c}}]"
        )
        let pod = PodEnvironment(root: folder.path + "/root", address: nil)
        var environment = [
            "KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443", "HOME": folder.path + "/home",
        ]
        let given = try ClientConfiguration.automatic(
            kubeconfig: folder.path + "/given", environment: environment, pod: pod)
        #expect(given.server == "http://given")
        let inPod = try ClientConfiguration.automatic(environment: environment, pod: pod)
        #expect(inPod.server == "https://[fd00::1]:6443")
        #expect(inPod.namespace == "shop")
        #expect(inPod.token == .file("\(folder.path)/\(mount)/token"))
        environment["KUBERNETES_SERVICE_HOST"] = nil
        #expect(try ClientConfiguration.automatic(environment: environment, pod: pod).server == "http://home")
        environment["HOME"] = "/nonexistent"
        #expect(throws: KubernetesError.self) {
            try ClientConfiguration.automatic(environment: environment, pod: pod)
        }
    }
}
