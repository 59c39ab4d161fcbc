import AsyncHTTPClient
import NIOCore
import NIOPosix
import NIOSSL

/// The server behind the proxy and how the proxy is known to it.
public struct Upstream: Sendable {
    /// `http://…` or `https://…`, without a path.
    public var url: String
    /// Sent as bearer token with requests that bring no `Authorization` of their own.
    public var token: String?
    /// PEM. Without it, a server's certificate is not verified.
    public var authority: [UInt8]?
    /// PEM chain and key, for a server that knows its clients by certificate.
    public var clientCertificate: [UInt8]?
    public var clientKey: [UInt8]?

    public init(
        url: String, token: String? = nil, authority: [UInt8]? = nil, clientCertificate: [UInt8]? = nil,
        clientKey: [UInt8]? = nil
    ) {
        self.url = url
        self.token = token
        self.authority = authority
        self.clientCertificate = clientCertificate
        self.clientKey = clientKey
    }

    func client() throws -> HTTPClient {
        var configuration = HTTPClient.Configuration()
        configuration.httpVersion = .http1Only
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1000
        configuration.connectionPool.retryConnectionEstablishment = false
        var tls = TLSConfiguration.makeClientConfiguration()
        // A server in the middle of a watch does not answer a goodbye.
        tls.shutdownTimeout = .milliseconds(200)
        if let authority {
            tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(authority))
        } else {
            tls.certificateVerification = .none
        }
        if let clientCertificate, let clientKey {
            tls.certificateChain = try NIOSSLCertificate.fromPEMBytes(clientCertificate).map { .certificate($0) }
            tls.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: clientKey, format: .pem))
        }
        configuration.tlsConfiguration = tls
        return HTTPClient(eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration)
    }
}
