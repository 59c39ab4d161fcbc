#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A kubeconfig: clusters, users and the contexts that pair them.
public struct Kubeconfig: Sendable {
    private struct Entry {
        var json: JSONValue
        /// Relative paths of an entry mean relative to the file it is from.
        var folder: String
    }

    private var clusters: [String: Entry] = [:]
    private var users: [String: Entry] = [:]
    private var contexts: [String: Entry] = [:]
    public private(set) var currentContext: String?

    /// The names that `configuration(context:)` takes.
    public var contextNames: [String] { contexts.keys.sorted() }

    /// - Parameter text: YAML or JSON.
    public init(text: String, folder: String = "") throws(KubernetesError) {
        try merge(text, folder: folder)
    }

    public init(path: String) throws(KubernetesError) { try merge(file: path) }

    /// Merges several files as kubectl does: what an earlier one says wins; files that do not exist are left out.
    public init(searching paths: [String]) throws(KubernetesError) {
        let present = paths.filter { FileManager.default.fileExists(atPath: $0) }
        guard !present.isEmpty else { throw .configuration("no kubeconfig at \(paths.joined(separator: ", "))") }
        for path in present { try merge(file: path) }
    }

    private mutating func merge(file path: String) throws(KubernetesError) {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw .configuration("cannot read the kubeconfig \(path)")
        }
        let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
        do throws(KubernetesError) {
            try merge(String(decoding: data, as: UTF8.self), folder: folder)
        } catch {
            throw .configuration("the kubeconfig \(path): \(error)")
        }
    }

    private mutating func merge(_ text: String, folder: String) throws(KubernetesError) {
        let json: JSONValue
        do throws(YAMLError) {
            json = try JSONValue(yaml: text)
        } catch {
            throw .configuration("\(error)")
        }
        guard json.objectValue != nil else { throw .configuration("no kubeconfig: not a mapping") }
        func entries(_ list: String, _ member: String) -> [String: Entry] {
            var entries: [String: Entry] = [:]
            for item in json[list]?.arrayValue ?? [] {
                guard let name = item["name"]?.stringValue, entries[name] == nil else { continue }
                entries[name] = Entry(json: item[member] ?? .emptyObject, folder: folder)
            }
            return entries
        }
        clusters.merge(entries("clusters", "cluster")) { first, _ in first }
        users.merge(entries("users", "user")) { first, _ in first }
        contexts.merge(entries("contexts", "context")) { first, _ in first }
        if currentContext == nil {
            currentContext = json["current-context"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// What a context means.
    ///
    /// - Parameter context: `nil` for the current one.
    /// - Throws: ``KubernetesError/configuration(_:)`` for names that lead nowhere and for what this client cannot do:
    ///   exec plugins, auth providers, passwords and proxies.
    public func configuration(context name: String? = nil) throws(KubernetesError) -> ClientConfiguration {
        guard let name = name ?? currentContext else { throw .configuration("the kubeconfig has no current context") }
        guard let context = contexts[name]?.json else {
            throw .configuration("the kubeconfig has no context \"\(name)\"")
        }
        guard let clusterName = context["cluster"]?.stringValue, let cluster = clusters[clusterName],
            let server = cluster.json["server"]?.stringValue, !server.isEmpty
        else { throw .configuration("the context \"\(name)\" names no cluster that has a server") }
        guard cluster.json["proxy-url"]?.stringValue ?? "" == "" else {
            throw .configuration("the cluster \"\(clusterName)\" has a proxy-url, which is not supported")
        }
        var configuration = ClientConfiguration(
            server: server, certificateAuthority: try material("certificate-authority", cluster),
            insecureSkipTLSVerify: cluster.json["insecure-skip-tls-verify"]?.boolValue ?? false,
            tlsServerName: cluster.json["tls-server-name"]?.stringValue,
            namespace: context["namespace"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 } ?? "default")
        guard let userName = context["user"]?.stringValue, !userName.isEmpty else { return configuration }
        guard let user = users[userName] else {
            throw .configuration("the context \"\(name)\" names a user \"\(userName)\" that is not there")
        }
        try Self.checkSupported(user.json, userName)
        configuration.clientCertificate = try material("client-certificate", user)
        configuration.clientKey = try material("client-key", user)
        if let file = user.json["tokenFile"]?.stringValue, !file.isEmpty {
            configuration.token = .file(Self.absolute(file, user.folder))
        } else if let token = user.json["token"]?.stringValue, !token.isEmpty {
            configuration.token = .text(token)
        }
        configuration.impersonatedUser = user.json["as"]?.stringValue
        configuration.impersonatedGroups = user.json["as-groups"]?.arrayValue?.compactMap(\.stringValue) ?? []
        return configuration
    }

    private static func checkSupported(_ user: JSONValue, _ name: String) throws(KubernetesError) {
        for field in ["exec", "auth-provider", "username"] where user[field] != nil && user[field] != .null {
            throw .configuration(
                "the user \"\(name)\" authenticates by \(field), which is not supported: use a token or certificate")
        }
    }

    /// The bytes of `FIELD-data`, else the path in `FIELD`.
    private func material(_ field: String, _ entry: Entry) throws(KubernetesError) -> FileOrBytes? {
        if let text = entry.json[field + "-data"]?.stringValue, !text.isEmpty {
            guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
                throw .configuration("\(field)-data is not Base64")
            }
            return .bytes(Array(data))
        }
        guard let path = entry.json[field]?.stringValue, !path.isEmpty else { return nil }
        return .file(Self.absolute(path, entry.folder))
    }

    private static func absolute(_ path: String, _ folder: String) -> String {
        path.hasPrefix("/") || folder.isEmpty ? path : folder + "/" + path
    }
}
