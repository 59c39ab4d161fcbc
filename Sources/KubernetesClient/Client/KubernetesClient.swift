import AsyncHTTPClient
public import Logging
public import NIOCore
import NIOPosix
import Synchronization

/// A client of one Kubernetes API server over HTTP/1.1 with connections kept alive.
///
/// Every call takes a ``ResourceKind``; objects are untyped, so that no field is lost, and typed variants wrap them
/// (``KubernetesObject``). Calls throw ``KubernetesError`` only.
///
/// Requests that the server did not see, or that may safely be repeated, are sent again a few times with growing pauses,
/// for no longer than ``ClientConfiguration/retryTime``; `Retry-After` is honoured. Reads, server-side apply, and writes
/// for one `resourceVersion` or `uid` may be repeated; after a lost answer they can end in the conflict or "not found"
/// that their own first attempt has caused. Any other write without an answer is ``KubernetesError/uncertain(_:)``.
/// After a 401 the credentials are read or made anew and the request is sent once more. What the server warns of, such
/// as fields that it does not know, is logged once.
///
/// Call ``shutdown()`` when done.
public final class KubernetesClient: Sendable {
    /// What the client was made of.
    public let configuration: ClientConfiguration
    let http: HTTPClient
    /// For watches: its connections do not live through more silence than a watch may have.
    let watchHTTP: HTTPClient
    /// Whether the server streams lists; `nil` until it was asked.
    let streamsLists = Mutex<Bool?>(nil)
    /// What the server has warned of.
    let warned = Mutex<Set<String>>([])
    let credentials: Credentials
    let logger: Logger

    /// - Parameter eventLoopGroup: the threads to use; by default those that the process shares.
    public convenience init(
        configuration: ClientConfiguration, logger: Logger = Logger(label: "kubernetes-client"),
        eventLoopGroup: (any EventLoopGroup)? = nil
    ) {
        self.init(configuration, Credentials(configuration), logger, eventLoopGroup)
    }

    private init(
        _ configuration: ClientConfiguration, _ credentials: Credentials, _ logger: Logger,
        _ eventLoopGroup: (any EventLoopGroup)?
    ) {
        self.configuration = configuration
        self.credentials = credentials
        self.logger = logger
        let server = ServerAddress(configuration)
        var http = HTTPClient.Configuration(redirectConfiguration: .disallow)
        http.httpVersion = .http1Only
        http.timeout = .init(connect: .seconds(10))
        http.dnsOverride = server.dnsOverride
        // Every watch holds a connection, and there is no limit of our own on requests.
        http.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 1024
        // A refused connection is told at once; when to try again is decided here.
        http.connectionPool.retryConnectionEstablishment = false
        http.proxy = configuration.proxy?.forHTTPClient
        let group = eventLoopGroup ?? MultiThreadedEventLoopGroup.singleton
        self.http = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: http)
        http.timeout.read = configuration.watchIdleTimeout.map { .nanoseconds($0.nanoseconds) }
        watchHTTP = HTTPClient(eventLoopGroupProvider: .shared(group), configuration: http)
    }

    /// A second client for the same server with connections of its own, such as for Leases, which must not wait
    /// behind anything else. Needs its own ``shutdown()``.
    public func separateConnections() -> KubernetesClient {
        KubernetesClient(configuration, credentials, logger, http.eventLoopGroup)
    }

    /// Closes the connections; calls in progress fail.
    public func shutdown() async throws {
        async let watches: Void = watchHTTP.shutdown()
        try await http.shutdown()
        try await watches
    }
}

/// The URL to send to, which has the name to verify in place of the host when `tlsServerName` is set.
struct ServerAddress {
    var url: String
    var dnsOverride: [String: String] = [:]
    /// The `Host` to send, when the URL's is not the server's.
    var hostHeader: String?

    init(_ configuration: ClientConfiguration) {
        url = configuration.server
        guard let name = configuration.tlsServerName, !name.isEmpty, let separator = url.firstRange(of: "://") else {
            return
        }
        let scheme = url[..<separator.upperBound]
        let rest = url[separator.upperBound...]
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count)
        let parts = Authority(authority)
        guard parts.host != name else { return }
        hostHeader = String(authority)
        dnsOverride = [name: parts.host]
        url = "\(scheme)\(name)\(parts.port.map { ":\($0)" } ?? "")\(path)"
    }
}
