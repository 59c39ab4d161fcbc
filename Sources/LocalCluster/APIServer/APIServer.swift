internal import APIMachinery
internal import HTTPConnections
internal import Hummingbird
internal import KubernetesClient
public import Logging
internal import NIOCore
internal import NIOSSL
public import ServiceLifecycle

/// A Kubernetes API server for one machine: the API of Kubernetes 1.36 over HTTPS, its objects in memory and in a
/// SQLite file.
///
/// ```swift
/// let server = try APIServer(
///     configuration: .init(stateFolder: "/var/lib/cluster", serviceRange: "127.77.128.0/17"), logger: logger)
/// try await server.run()
/// ```
public struct APIServer: Service {
    public let configuration: APIServerConfiguration
    /// The cluster's certificate authority: trusts and signs the certificates of servers, nodes and users.
    public let certificateAuthority: CertificateAuthority
    /// A bearer token of a member of `system:masters`; the same at every start.
    public let adminToken: String

    /// How long requests in flight may take once the server stops.
    private static let drainLimit = Duration.milliseconds(500)

    private let handler: APIHandler
    private let tls: TLSConfiguration
    private let listening = ListeningPort()
    private let logger: Logger

    /// Opens the state: everything that was acknowledged before is there again.
    ///
    /// - Throws: ``APIServerError``.
    public init(configuration: APIServerConfiguration, logger: Logger) throws {
        guard let range = AddressRange(configuration.serviceRange) else {
            throw APIServerError(
                code: .invalidConfiguration, message: "\(configuration.serviceRange) is no range of IPv4 addresses")
        }
        self.configuration = configuration
        self.logger = logger
        do {
            let folder = try StateFolder(path: configuration.stateFolder)
            let authority = try CertificateAuthority(folder: folder)
            let token = try folder.read("admin.token") ?? randomToken()
            try folder.write(token, to: "admin.token", secret: true)
            let tokens = try ServiceAccountTokens(folder: folder)
            let store = try ObjectStore(path: folder.path("objects.sqlite"))
            let registry = Registry()
            let services = ServiceAllocator(range: range)
            let kubelet = try KubeletClient(
                certificate: try authority.issue(commonName: "kube-apiserver", organizations: ["system:masters"]))
            let authorizer = Authorizer(store: store)
            self.certificateAuthority = authority
            self.adminToken = token
            self.handler = APIHandler(
                store: store, registry: registry,
                authenticator: Authenticator(adminToken: token, tokens: tokens, store: store),
                authorizer: authorizer, tokens: tokens, services: services, kubelet: kubelet,
                admitsServiceAccounts: configuration.admitsServiceAccounts, logger: logger)
            self.tls = try Self.tls(configuration, authority)
            try CustomKinds(store: store, registry: registry).restore()
            for service in store.list("services").objects { services.restore(service.value()) }
            try Bootstrap(store: store, registry: registry, services: services, configuration: configuration).run()
            try RoleAggregation(store: store, authorizer: authorizer).run()
        } catch {
            throw APIServerError(
                code: .unusableState, message: "cannot use the state in \(configuration.stateFolder)", underlying: error
            )
        }
    }

    /// Serves until the task is cancelled or shut down gracefully; then ends the watches and the requests in flight.
    public func run() async throws {
        let waiting = WaitingConnections()
        defer { waiting.close() }
        let application = Application(
            responder: handler, server: .kept(tls, waiting: waiting),
            configuration: .init(address: .hostname(configuration.host, port: configuration.port), backlog: 1024),
            onServerRunning: { [listening] channel in
                await listening.set(.success(channel.localAddress?.port ?? 0))
            },
            logger: logger)
        let store = handler.store
        do {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await withGracefulShutdownHandler {
                        try await application.run()
                    } onGracefulShutdown: {
                        store.close()
                    }
                }
                group.addTask {
                    while true {
                        try await Task.sleep(for: .seconds(30))
                        store.tellProgress()
                        store.removeOldEvents()
                    }
                }
                // Clients that keep their connections open must not keep the server from stopping.
                group.addTask {
                    try await gracefulShutdown()
                    try await Task.sleep(for: Self.drainLimit)
                }
                try await group.next()
                group.cancelAll()
                do {
                    while try await group.next() != nil {}
                } catch is CancellationError {
                    // What was still open has been closed.
                }
            }
        } catch {
            let failure = APIServerError(
                code: .cannotListen, message: "cannot serve on \(configuration.host):\(configuration.port)",
                underlying: error)
            await listening.set(.failure(failure))
            try? await handler.kubelet.shutdown()
            throw error is CancellationError ? error : failure
        }
        try await handler.kubelet.shutdown()
    }

    /// The port the server listens on, as soon as it does.
    ///
    /// - Throws: ``APIServerError`` when it cannot listen.
    public func listeningPort() async throws -> Int { try await listening.get() }

    /// A kubeconfig (YAML) for an administrator: the server's URL, the authority's certificate and a client certificate.
    ///
    /// - Parameter port: the port, when the configuration leaves it open.
    public func adminKubeconfig(port: Int? = nil) throws -> String {
        try kubeconfig(
            user: "admin",
            certificate: certificateAuthority.issue(
                commonName: "kubernetes-admin", organizations: ["system:masters"]), port: port)
    }

    /// A kubeconfig (YAML) with a client certificate of this cluster's authority.
    public func kubeconfig(user: String, certificate: IssuedCertificate, port: Int? = nil) throws -> String {
        """
        apiVersion: v1
        kind: Config
        clusters:
        - name: local
          cluster:
            server: https://\(configuration.host):\(port ?? configuration.port)
            certificate-authority-data: \(certificateAuthority.certificatePEM.base64)
        users:
        - name: \(user)
          user:
            client-certificate-data: \(certificate.certificatePEM.base64)
            client-key-data: \(certificate.privateKeyPEM.base64)
        contexts:
        - name: local
          context:
            cluster: local
            user: \(user)
        current-context: local

        """
    }

    private static func tls(
        _ configuration: APIServerConfiguration, _ authority: CertificateAuthority
    ) throws -> TLSConfiguration {
        let names = [
            "kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
        ]
        let certificate = try authority.issue(
            commonName: "kube-apiserver", dnsNames: names + ["localhost"], addresses: [configuration.host, "127.0.0.1"])
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(Array(certificate.certificatePEM.utf8)).map {
                .certificate($0)
            },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(certificate.privateKeyPEM.utf8), format: .pem)))
        tls.applicationProtocols = ["http/1.1"]
        // Clients that keep their connections open must not keep the server from stopping.
        tls.shutdownTimeout = .milliseconds(200)
        tls.trustRoots = .certificates(
            try NIOSSLCertificate.fromPEMBytes(Array(authority.certificatePEM.utf8)))
        // A client need not have a certificate; one that has must have it of our authority.
        tls.certificateVerification = .optionalVerification
        return tls
    }
}

/// Tells who asks on which port the server listens, once it does.
private actor ListeningPort {
    private var result: Result<Int, APIServerError>?
    private var waiting: [CheckedContinuation<Int, any Error>] = []

    func set(_ result: Result<Int, APIServerError>) {
        if self.result == nil { self.result = result }
        for continuation in waiting { continuation.resume(with: result.mapError { $0 }) }
        waiting = []
    }

    func get() async throws -> Int {
        if let result { return try result.get() }
        return try await withCheckedThrowingContinuation { waiting.append($0) }
    }
}
