import AsyncHTTPClient
import Contracts
public import KubernetesClient
import KubernetesRuntime
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
import StorefrontAPI

/// The operator as one service: makes of every Storefront a running shop, as long as it runs.
public struct Operator: Service {
    public struct Configuration: Sendable {
        /// Namespaces to watch; all when empty.
        public var namespaces: [String] = []
        /// The Lease that only one running operator holds; `nil` for no election.
        public var lease: ObjectKey?
        /// This process among its replicas.
        public var identity = "storefront-operator"
        /// Shops worked at a time.
        public var workers = 4
        public var version = productVersion

        public init() {}
    }

    private let client: KubernetesClient
    private let configuration: Configuration
    private let logger: Logger

    public init(_ client: KubernetesClient, _ configuration: Configuration, logger: Logger) {
        self.client = client
        self.configuration = configuration
        self.logger = logger
    }

    /// Runs until cancelled or told to shut down gracefully.
    public func run() async throws {
        var settings = HTTPClient.Configuration(redirectConfiguration: .disallow)
        settings.timeout = .init(connect: .seconds(3), read: .seconds(10))
        settings.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), configuration: settings)
        let leases = client.separateConnections()
        do {
            try await work(http, leases)
        } catch {
            try? await http.shutdown()
            try? await leases.shutdown()
            throw error
        }
        try await http.shutdown()
        try await leases.shutdown()
    }

    private func work(_ http: HTTPClient, _ leases: KubernetesClient) async throws {
        let recorder = EventRecorder(
            client: client, component: "storefront-operator", instance: configuration.identity, logger: logger)
        let scopes = (configuration.namespaces.isEmpty ? [nil] : configuration.namespaces.map { Optional($0) })
            .map { namespace in
                OperatorScope(
                    client: client, namespace: namespace, recorder: recorder, http: http,
                    operatorVersion: configuration.version, workers: configuration.workers, logger: logger)
            }
        let controllers = ControllerSet(scopes.map(\.controller))
        let leading: any Service =
            configuration.lease.map { lease in
                LeaderElection(
                    client: leases, lease: lease, identity: configuration.identity, logger: logger, leading: controllers
                )
            } ?? controllers
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await recorder.run() }
            defer { group.cancelAll() }
            try await leading.run()
        }
    }
}
