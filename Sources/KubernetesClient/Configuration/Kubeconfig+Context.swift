#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Kubeconfig {
    /// What a context means.
    ///
    /// - Parameter context: `nil` for the current one.
    /// - Throws: ``KubernetesError/configuration(_:)``, which names file and field, for names that lead nowhere, fields
    ///   that make no sense, and what this client cannot do: `auth-provider`, which Kubernetes itself has given up.
    public func configuration(context name: String? = nil) throws(KubernetesError) -> ClientConfiguration {
        guard let name = name ?? currentContext else { throw .configuration("the kubeconfig has no current context") }
        guard let context = contexts[name] else {
            throw .configuration("the kubeconfig has no context \"\(name)\"")
        }
        let clusterName = try context.required("cluster")
        guard let cluster = clusters[clusterName] else {
            throw context.error("cluster", "there is no cluster \"\(clusterName)\"")
        }
        var configuration = try Self.configuration(of: cluster)
        if let namespace = try context.string("namespace") { configuration.namespace = namespace }
        guard let userName = try context.string("user") else { return configuration }
        guard let user = users[userName] else { throw context.error("user", "there is no user \"\(userName)\"") }
        try Self.identify(&configuration, as: user, at: cluster)
        return configuration
    }

    private static func configuration(of cluster: KubeconfigEntry) throws(KubernetesError) -> ClientConfiguration {
        var configuration = ClientConfiguration(server: try cluster.required("server"))
        guard ["http://", "https://"].contains(where: configuration.server.hasPrefix) else {
            throw cluster.error("server", "must begin with https:// or http://")
        }
        configuration.certificateAuthority = try cluster.material("certificate-authority")
        configuration.insecureSkipTLSVerify = try cluster.bool("insecure-skip-tls-verify")
        if configuration.insecureSkipTLSVerify, configuration.certificateAuthority != nil {
            throw cluster.error("insecure-skip-tls-verify", "is not allowed with a certificate-authority")
        }
        configuration.tlsServerName = try cluster.string("tls-server-name")
        if let url = try cluster.string("proxy-url") {
            do throws(KubernetesError) {
                configuration.proxy = try ProxyAddress(url)
            } catch {
                throw cluster.error("proxy-url", "\(error)")
            }
        }
        // No answer is asked for compressed, so that this says nothing new.
        _ = try cluster.bool("disable-compression")
        return configuration
    }

    private static func identify(
        _ configuration: inout ClientConfiguration, as user: KubeconfigEntry, at cluster: KubeconfigEntry
    ) throws(KubernetesError) {
        if try user.child("auth-provider") != nil {
            throw user.error(
                "auth-provider", "is no longer supported by Kubernetes: use the provider's exec plugin instead")
        }
        configuration.clientCertificate = try user.material("client-certificate")
        configuration.clientKey = try user.material("client-key")
        if (configuration.clientCertificate == nil) != (configuration.clientKey == nil) {
            let missing = configuration.clientKey == nil ? "client-key" : "client-certificate"
            throw user.error(missing, "must be set, or \(missing)-data: a certificate and its key come together")
        }
        if let file = try user.string("tokenFile") {
            configuration.token = .file(user.absolute(file))
        } else {
            configuration.token = try user.string("token").map { .text($0) }
        }
        if let username = try user.string("username") {
            guard configuration.token == nil else {
                throw user.error("username", "there is a token too, and only one of them can be sent")
            }
            configuration.basicAuthentication = BasicAuthentication(
                username: username, password: .text(try user.string("password") ?? ""))
        }
        configuration.exec = try user.child("exec").map { (exec) throws(KubernetesError) in
            try plugin(exec, cluster)
        }
        try impersonate(&configuration, user)
    }

    private static func impersonate(
        _ configuration: inout ClientConfiguration, _ user: KubeconfigEntry
    ) throws(KubernetesError) {
        configuration.impersonatedUser = try user.string("as")
        configuration.impersonatedUID = try user.string("as-uid")
        configuration.impersonatedGroups = try user.strings("as-groups")
        if let extra = try user.child("as-user-extra") {
            for key in (extra.json.objectValue ?? [:]).keys {
                configuration.impersonatedExtra[key] = try extra.strings(key)
            }
        }
        let asksForMore =
            configuration.impersonatedUID != nil || !configuration.impersonatedGroups.isEmpty
            || !configuration.impersonatedExtra.isEmpty
        if asksForMore, configuration.impersonatedUser == nil {
            throw user.error("as", "must be set with as-uid, as-groups or as-user-extra")
        }
    }

    private static func plugin(
        _ exec: KubeconfigEntry, _ cluster: KubeconfigEntry
    ) throws(KubernetesError) -> ExecPlugin {
        var command = try exec.required("command")
        // As kubectl: a path is relative to the file, a bare name is looked up.
        if command.contains("/") { command = exec.absolute(command) }
        let version = try exec.required("apiVersion")
        guard ExecPlugin.supportedVersions.contains(version) else {
            throw exec.error("apiVersion", "must be \(ExecPlugin.supportedVersions.joined(separator: " or "))")
        }
        var mode = ExecPlugin.InteractiveMode.ifAvailable
        if let text = try exec.string("interactiveMode") {
            guard let known = ExecPlugin.InteractiveMode(rawValue: text) else {
                throw exec.error("interactiveMode", "must be Never, IfAvailable or Always")
            }
            mode = known
        } else if version == "client.authentication.k8s.io/v1" {
            throw exec.error("interactiveMode", "must be set")
        }
        var environment: [String: String] = [:]
        for (index, item) in try exec.list("env").enumerated() {
            guard let name = item["name"]?.stringValue, !name.isEmpty else {
                throw exec.error("env[\(index)].name", "must be set")
            }
            guard let value = (item["value"] ?? "").stringValue else {
                throw exec.error("env[\(index)].value", "must be a string")
            }
            environment[name] = value
        }
        return ExecPlugin(
            apiVersion: version, command: command, arguments: try exec.strings("args"), environment: environment,
            installHint: try exec.string("installHint"), interactiveMode: mode,
            clusterInfo: try exec.bool("provideClusterInfo") ? try clusterInfo(cluster) : nil)
    }

    /// The cluster as `spec.cluster` of an ExecCredential tells it.
    private static func clusterInfo(_ cluster: KubeconfigEntry) throws(KubernetesError) -> JSONValue {
        var info: JSONValue = ["server": .string(try cluster.required("server"))]
        for field in ["tls-server-name", "proxy-url"] {
            info[field] = try cluster.string(field).map { .string($0) }
        }
        for field in ["insecure-skip-tls-verify", "disable-compression"] where try cluster.bool(field) {
            info[field] = true
        }
        if let authority = try cluster.material("certificate-authority") {
            info["certificate-authority-data"] = .string(
                Data(try authority.read("certificate authority")).base64EncodedString())
        }
        let name: JSONValue = "client.authentication.k8s.io/exec"
        info["config"] = try cluster.list("extensions").first { $0["name"] == name }?["extension"]
        return info
    }
}
