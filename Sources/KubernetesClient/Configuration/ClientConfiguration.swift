/// Where an API server is and how to be known to it.
///
/// Files are read when a request needs them and again when they change, as tokens and certificates rotate. The
/// description shows no secret.
public struct ClientConfiguration: Sendable {
    /// The server's address with an optional path: `https://10.0.0.1:443`.
    public var server: String
    /// The certificates to trust instead of the system's.
    public var certificateAuthority: FileOrBytes?
    /// A PEM chain to authenticate with; needs ``clientKey``.
    public var clientCertificate: FileOrBytes?
    public var clientKey: FileOrBytes?
    /// A bearer token.
    public var token: FileOrBytes?
    /// Do not check the server's certificate at all.
    public var insecureSkipTLSVerify: Bool
    /// The name to check the server's certificate for, if not that of ``server``.
    public var tlsServerName: String?
    /// The namespace to use where none is said.
    public var namespace: String
    /// Act as another user (`Impersonate-User`).
    public var impersonatedUser: String?
    public var impersonatedGroups: [String]
    public var userAgent: String
    /// How long one request may take, retries not counted; watches and logs have no such limit once they run.
    public var requestTimeout: Duration
    /// How many times a request that is safe to send again is sent in all.
    public var maximumAttempts: Int

    public init(
        server: String, certificateAuthority: FileOrBytes? = nil, clientCertificate: FileOrBytes? = nil,
        clientKey: FileOrBytes? = nil, token: FileOrBytes? = nil, insecureSkipTLSVerify: Bool = false,
        tlsServerName: String? = nil, namespace: String = "default", impersonatedUser: String? = nil,
        impersonatedGroups: [String] = [], userAgent: String = "swift-kubernetes-client",
        requestTimeout: Duration = .seconds(30), maximumAttempts: Int = 4
    ) {
        var server = server
        while server.hasSuffix("/") { server.removeLast() }
        self.server = server
        self.certificateAuthority = certificateAuthority
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
        self.token = token
        self.insecureSkipTLSVerify = insecureSkipTLSVerify
        self.tlsServerName = tlsServerName
        self.namespace = namespace
        self.impersonatedUser = impersonatedUser
        self.impersonatedGroups = impersonatedGroups
        self.userAgent = userAgent
        self.requestTimeout = requestTimeout
        self.maximumAttempts = maximumAttempts
    }
}

/// Material that is given in place or in a file. The description names the file and never shows the bytes.
public enum FileOrBytes: Sendable, Hashable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    case file(String)
    case bytes([UInt8])

    public static func text(_ text: String) -> FileOrBytes { .bytes(Array(text.utf8)) }

    public var description: String {
        switch self {
        case .file(let path): "file \(path)"
        case .bytes(let bytes): "\(bytes.count) bytes"
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension ClientConfiguration: CustomStringConvertible {
    public var description: String {
        var parts = [server, "namespace \(namespace)"]
        if token != nil { parts.append("token") }
        if clientCertificate != nil { parts.append("client certificate") }
        if insecureSkipTLSVerify { parts.append("server not verified") }
        return parts.joined(separator: ", ")
    }
}
