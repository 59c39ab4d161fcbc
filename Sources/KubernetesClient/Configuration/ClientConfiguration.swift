/// Where an API server is and how to be known to it.
///
/// Files are read when a request needs them and again when they change, as tokens and certificates rotate. The
/// description shows no secret.
///
/// What is sent as `Authorization` is ``token``, else ``basicAuthentication``; an ``exec`` plugin is asked only when
/// there is neither of them and no ``clientCertificate``.
public struct ClientConfiguration: Sendable {
    /// The server's address with an optional path: `https://10.0.0.1:443`.
    public var server: String
    /// The certificates to trust instead of the system's.
    public var certificateAuthority: FileOrBytes?
    /// A PEM chain to authenticate with; needs ``clientKey``.
    public var clientCertificate: FileOrBytes?
    /// The key of ``clientCertificate``, PEM.
    public var clientKey: FileOrBytes?
    /// A bearer token.
    public var token: FileOrBytes?
    /// A name and password, used when there is no ``token``.
    public var basicAuthentication: BasicAuthentication?
    /// A program that makes credentials.
    public var exec: ExecPlugin?
    /// Do not check the server's certificate at all.
    public var insecureSkipTLSVerify: Bool
    /// The name to check the server's certificate for, if not that of ``server``.
    public var tlsServerName: String?
    /// A proxy through which to reach the server.
    public var proxy: ProxyAddress?
    /// The namespace to use where none is said.
    public var namespace: String
    /// Act as another user (`Impersonate-User`); the three below add to it and mean nothing without it.
    public var impersonatedUser: String?
    /// `Impersonate-Group`.
    public var impersonatedGroups: [String]
    /// `Impersonate-Uid`.
    public var impersonatedUID: String?
    /// `Impersonate-Extra-…`, by key.
    public var impersonatedExtra: [String: [String]]
    /// How the client is named in the server's audit log and metrics.
    public var userAgent: String
    /// How long one request may take, retries not counted; watches and logs have no such limit once they run.
    public var requestTimeout: Duration
    /// How many times a request that is safe to send again is sent in all.
    public var maximumAttempts: Int
    /// How long after its first attempt a request may still be sent again. A server whose `Retry-After` lies beyond
    /// is not waited for.
    public var retryTime: Duration
    /// How long a watch may be silent before it fails with ``KubernetesError/transport(_:)``, since a connection can die
    /// without a word; servers send bookmarks about once a minute. `nil` waits forever.
    public var watchIdleTimeout: Duration?
    /// The longest answer that is taken into memory, in bytes; a longer one is ``KubernetesError/unexpectedAnswer(_:)``.
    public var maximumAnswerBytes: Int

    public init(
        server: String, certificateAuthority: FileOrBytes? = nil, clientCertificate: FileOrBytes? = nil,
        clientKey: FileOrBytes? = nil, token: FileOrBytes? = nil, basicAuthentication: BasicAuthentication? = nil,
        exec: ExecPlugin? = nil, insecureSkipTLSVerify: Bool = false, tlsServerName: String? = nil,
        proxy: ProxyAddress? = nil, namespace: String = "default", impersonatedUser: String? = nil,
        impersonatedGroups: [String] = [], impersonatedUID: String? = nil,
        impersonatedExtra: [String: [String]] = [:], userAgent: String = "swift-kubernetes-client",
        requestTimeout: Duration = .seconds(30), maximumAttempts: Int = 4, retryTime: Duration = .seconds(60),
        watchIdleTimeout: Duration? = .seconds(180), maximumAnswerBytes: Int = 256 << 20
    ) {
        var server = server
        while server.hasSuffix("/") { server.removeLast() }
        self.server = server
        self.certificateAuthority = certificateAuthority
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
        self.token = token
        self.basicAuthentication = basicAuthentication
        self.exec = exec
        self.insecureSkipTLSVerify = insecureSkipTLSVerify
        self.tlsServerName = tlsServerName
        self.proxy = proxy
        self.namespace = namespace
        self.impersonatedUser = impersonatedUser
        self.impersonatedGroups = impersonatedGroups
        self.impersonatedUID = impersonatedUID
        self.impersonatedExtra = impersonatedExtra
        self.userAgent = userAgent
        self.requestTimeout = requestTimeout
        self.maximumAttempts = maximumAttempts
        self.retryTime = retryTime
        self.watchIdleTimeout = watchIdleTimeout
        self.maximumAnswerBytes = maximumAnswerBytes
    }
}

extension ClientConfiguration: CustomStringConvertible {
    public var description: String {
        var parts = [server, "namespace \(namespace)"]
        if token != nil { parts.append("token") }
        if let basicAuthentication { parts.append("password of \(basicAuthentication.username)") }
        if clientCertificate != nil { parts.append("client certificate") }
        if let exec { parts.append("\(exec)") }
        if let proxy { parts.append("through \(proxy)") }
        if let impersonatedUser { parts.append("as \(impersonatedUser)") }
        if insecureSkipTLSVerify { parts.append("server not verified") }
        return parts.joined(separator: ", ")
    }
}
